"""What the PKI and the verification of signatures say of a VIHF's trust, in the words of the person who must mend it.

Source: docs/sources/dmp.md#certificat and #vihf-signature. The keys are those of ``lgo_sandbox.pki`` and of
``lgo_sandbox.wire.signature``, which speak no French. Knows no rule.
"""

from __future__ import annotations

from typing import NamedTuple

from lgo_sandbox.pki import Family, Judgement

__all__ = ["FAMILIES", "SIGNATURES", "VERDICTS", "WORDS", "BadSignature"]

FAMILIES: dict[str, str] = {
    Family.ORGANISATION_AUTH: "un certificat d'organisation, d'authentification",
    Family.ORGANISATION_SIGN: "un certificat d'organisation, de signature",
    Family.PROFESSIONAL_AUTH: "un certificat de professionnel, d'authentification",
    Family.PROFESSIONAL_SIGN: "un certificat de professionnel, de signature",
    Family.SERVER: "un certificat de serveur",
    Family.UNKNOWN: "un certificat d'une offre inconnue",
}

VERDICTS: dict[str, str] = {
    Judgement.WRONG_AUTHORITY: "autorité de certification non reconnue",
    Judgement.NOT_YET_VALID: "certificat pas encore valide",
    Judgement.EXPIRED: "certificat expiré",
    Judgement.REVOKED: "certificat révoqué",
    Judgement.UNKNOWN_FAMILY: "offre de certificat inconnue",
}

WORDS: dict[str, tuple[str, str]] = {
    Judgement.WRONG_AUTHORITY: ("signé par « {issuer} »", "un certificat signé par l'autorité du bac à sable"),
    Judgement.NOT_YET_VALID: ("valide à partir du {not_before}", "un certificat déjà valide le {now}"),
    Judgement.EXPIRED: ("expiré le {not_after}", "un certificat encore valide le {now}"),
    Judgement.REVOKED: (
        "révoqué (numéro de série {serial})",
        "un certificat qui n'est pas dans la liste de révocation",
    ),
    Judgement.UNKNOWN_FAMILY: ("d'un usage inconnu", "un certificat de professionnel ou d'organisation"),
}
"""What is wrong with a certificate, whoever bears it → what was received, what was expected."""


class BadSignature(NamedTuple):
    """What is wrong with a signature, what is expected, what to change."""

    received: str
    expected: str
    remedy: str


SIGNATURES: dict[str, BadSignature] = {
    "absent": BadSignature(
        "une signature qui n'est pas un enfant direct de l'assertion",
        "ds:Signature, enfant direct de saml2:Assertion",
        "Placez ds:Signature juste après saml2:Issuer.",
    ),
    "several-signatures": BadSignature(
        "plusieurs signatures dans l'assertion", "une seule signature", "Ne signez l'assertion qu'une fois."
    ),
    "malformed": BadSignature(
        "une signature dont un élément manque, se répète ou n'est pas admis",
        "un SignedInfo avec une seule Reference, un SignatureValue, un KeyInfo, et aucun Object",
        "Refaites la signature par une bibliothèque XML-DSig, au profil de SAML 2.0.",
    ),
    "algorithm-refused": BadSignature(
        "un algorithme de signature, d'empreinte ou de canonisation qui n'est pas admis",
        "RSA-SHA256 (ou RSA-SHA1), SHA-256 (ou SHA-1), canonisation exclusive",
        "Signez en RSA-SHA256 avec une empreinte SHA-256.",
    ),
    "transform-refused": BadSignature(
        "des transformations autres que celles du profil SAML",
        "enveloped-signature, puis canonisation exclusive sans commentaires",
        "Mettez ces deux transformations, dans cet ordre, et aucune autre.",
    ),
    "reference-not-to-root": BadSignature(
        "une référence qui ne désigne pas l'assertion",
        "une Reference dont l'URI est # suivi de l'ID de l'assertion",
        "Mettez dans Reference/@URI l'attribut ID de l'assertion, précédé de #.",
    ),
    "ambiguous-id": BadSignature(
        "plusieurs éléments du message portent l'ID de l'assertion",
        "un ID unique dans tout le message",
        "Donnez à chaque assertion un ID neuf, que rien d'autre ne porte.",
    ),
    "no-certificate": BadSignature(
        "aucun certificat dans KeyInfo",
        "le certificat du signataire dans KeyInfo/X509Data/X509Certificate",
        "Joignez le certificat du signataire à la signature.",
    ),
    "unreadable-certificate": BadSignature(
        "un X509Certificate qui ne se lit pas",
        "un certificat X.509 en DER, en base 64, sans en-tête PEM",
        "Mettez dans X509Certificate le DER en base 64, sans les lignes BEGIN et END.",
    ),
    "relative-namespace": BadSignature(
        "un espace de noms d'URI relative dans le message",
        "des espaces de noms dont l'URI est absolue (urn:… ou http://…), dans l'enveloppe aussi",
        "Donnez à cet espace de noms une URI absolue, ou retirez sa déclaration : rien ne se canonise avec elle.",
    ),
    "content-changed": BadSignature(
        "le contenu a changé depuis la signature",
        "l'assertion telle qu'elle a été signée",
        "Ne modifiez plus l'assertion après la signature : ni espaces, ni indentation, ni préfixes, ni attributs.",
    ),
    "signature-value-wrong": BadSignature(
        "la valeur de la signature ne correspond pas au certificat joint",
        "une signature faite par la clé de ce certificat, SignedInfo en canonisation exclusive",
        "Joignez le certificat de la clé qui signe, et canonisez SignedInfo exclusivement.",
    ),
}
