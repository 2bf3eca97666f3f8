"""What is wrong with the signature of a lot, in the words of the person who must mend it.

Source: docs/sources/dmp.md#signature-de-lot-valeur. The keys are those of ``lgo_sandbox.wire.xades``, and a few that
only the DMP can see; a test compares the two. Knows no rule.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "DIGEST_OF_LOT",
    "ISSUER",
    "LATE",
    "LOT_DIGEST",
    "OTHER",
    "SIGNER",
    "STRANGER",
    "USAGE",
    "WORDS",
    "Words",
]

DIGEST_OF_LOT = "AA=="
"""What every published manifest says of the submission set itself."""
LOT_DIGEST, STRANGER, SIGNER, USAGE, OTHER, ISSUER, LATE = (
    "lot-digest",
    "cites-another",
    "signer-unfit",
    "signer-usage",
    "signer-another",
    "signer-named",
    "signing-time",
)


class Words(NamedTuple):
    """What is expected, and what to change."""

    expected: str
    remedy: str


_FORMS = "canonisation inclusive ou exclusive, avec ou sans commentaires"

WORDS: dict[str, Words] = {
    "unreadable": Words(
        "un XML bien formé, sans DOCTYPE, de 1 Mio au plus", "Envoyez en Signature01 la signature XML elle-même."
    ),
    "malformed": Words(
        "ds:Signature avec un SignedInfo, un CanonicalizationMethod et 1 à 20 Reference",
        "Refaites la signature par une bibliothèque XML-DSig, au profil IHE DSG détaché.",
    ),
    "relative-namespace": Words(
        "des espaces de noms dont l'URI est absolue (urn:… ou http://…)",
        "Donnez à cet espace de noms une URI absolue, ou retirez sa déclaration : sans elle, rien ne se canonise.",
    ),
    "algorithm-refused": Words(
        f"RSA-SHA1 ou RSA-SHA256, SHA-1 ou SHA-256, {_FORMS}",
        "Signez en RSA-SHA1 (celui des exemples) ou en RSA-SHA256.",
    ),
    "transform-refused": Words(
        f"au plus une transformation, {_FORMS}",
        "Retirez XSLT, XPath, base64 et toute transformation qui n'est pas une canonisation.",
    ),
    "external-reference": Words(
        "une URI de la signature elle-même : # suivi d'un Id",
        "Dans SignedInfo, ne désignez que le manifeste et SignedProperties ; citez les documents dans le manifeste.",
    ),
    "reference-to-nothing": Words("l'Id d'un élément de la signature", "Mettez dans URI l'Id de l'élément signé."),
    "ambiguous-id": Words(
        "un Id que porte un seul élément", "Donnez à chaque élément de la signature un Id qui lui est propre."
    ),
    "content-changed": Words(
        "l'empreinte de l'élément désigné, canonisé avec ses espaces de noms hérités, sans commentaires",
        "Recalculez cette empreinte en dernier, et ne touchez plus l'élément : ni indentation, ni préfixes.",
    ),
    "signature-value-wrong": Words(
        "la signature de SignedInfo, canonisé comme dit CanonicalizationMethod, par la clé du certificat joint",
        "Joignez le certificat de la clé qui signe, et signez SignedInfo canonisé, avec ses espaces de noms hérités.",
    ),
    "no-certificate": Words(
        "le certificat du signataire dans KeyInfo/X509Data", "Joignez le certificat du signataire à la signature."
    ),
    "unreadable-certificate": Words(
        "un certificat X.509 en DER, en base 64, sans en-tête PEM",
        "Mettez dans X509Certificate le DER en base 64, sans les lignes BEGIN et END.",
    ),
    "several-manifests": Words(
        "un seul ds:Manifest, dans un ds:Object de la signature", "Gardez un manifeste, celui du lot."
    ),
    "manifest-unsigned": Words(
        "une Reference de SignedInfo vers le manifeste que lit le DMP",
        "Mettez dans SignedInfo une Reference d'URI # suivie de l'Id du manifeste (IHEManifest).",
    ),
    "properties-absent": Words(
        "un xad:SignedProperties (XAdES 1.1.1) dans ds:Object/xad:QualifyingProperties",
        "Ajoutez les propriétés signées : date, certificat, politique.",
    ),
    "properties-unsigned": Words(
        "une Reference de SignedInfo vers SignedProperties",
        "Mettez dans SignedInfo une Reference d'URI # suivie de l'Id de SignedProperties.",
    ),
    "properties-of-another": Words(
        "Target égal à # suivi de l'Id de ds:Signature", "Donnez un Id à ds:Signature, et le même dans Target."
    ),
    "other-xades": Words(
        "XAdES 1.1.1 : http://uri.etsi.org/01903/v1.1.1#", "Produisez les propriétés dans l'espace de noms v1.1.1."
    ),
    "another-signing-certificate": Words(
        "l'empreinte du certificat qui a signé, dans SigningCertificate/Cert/CertDigest",
        "Calculez CertDigest sur le DER du certificat de KeyInfo.",
    ),
    "policy-absent": Words(
        "SignaturePolicyImplied", "Ajoutez SignaturePolicyIdentifier/SignaturePolicyImplied aux propriétés signées."
    ),
    "purpose-absent": Words(
        "SignatureProperty 1.2.840.10065.1.12.1.14 (signature de source)",
        "Ajoutez ds:SignatureProperties avec ce motif.",
    ),
    LOT_DIGEST: Words(
        f"DigestValue {DIGEST_OF_LOT} pour l'uniqueId du lot",
        f"Mettez {DIGEST_OF_LOT} : le lot n'a pas d'octets dont on prendrait l'empreinte.",
    ),
    STRANGER: Words(
        "l'uniqueId du lot et ceux de ses documents, rien d'autre", "Retirez du manifeste ce qui n'est pas dans le lot."
    ),
    USAGE: Words(
        "un certificat de signature (non-répudiation)",
        "Signez par cps-…-sign ou par org-sign, non par un certificat d'authentification.",
    ),
    OTHER: Words(
        "le certificat de l'utilisateur du VIHF, ou de sa structure",
        "Signez le lot par la carte de l'utilisateur, ou par le cachet de sa structure.",
    ),
    ISSUER: Words(
        "l'émetteur et le numéro de série du certificat qui a signé",
        "Recopiez dans IssuerSerial ceux du certificat de KeyInfo (le numéro en décimal).",
    ),
    LATE: Words(
        "une date et heure, pas après l'instant de l'appel", "Mettez dans SigningTime l'instant de la signature."
    ),
    SIGNER: Words("un certificat en cours de validité", "Remplacez ce certificat par org-sign ou cps-…-sign."),
}
"""What is wrong → what is expected, what to change."""
