"""Certificates and signatures: which error answers a bad one, and what people are told of it.

Source: docs/sources/apcv.md#cps (the refusals are certain, their codes ours). Knows nothing: the keys are the names
that the PKI and the signature toolkit give.
"""

from __future__ import annotations

__all__ = ["CERTIFICATE_ERRORS", "CERTIFICATE_WORDS", "FAMILY_WORDS", "SIGNATURE_WORDS"]

CERTIFICATE_ERRORS = {
    "wrong_authority": "apcv_simule_certificat",
    "not_yet_valid": "apcv_simule_certificat",
    "expired": "apcv_simule_certificat",
    "revoked": "apcv_simule_certificat",
    "unknown_family": "apcv_simule_certificat",
}
"""What is wrong with a certificate → our error."""

CERTIFICATE_WORDS = {
    "wrong_authority": ("signé par « {issuer} »", "un certificat signé par l'autorité du bac à sable"),
    "not_yet_valid": ("valide à partir du {not_before}", "un certificat déjà valide le {now}"),
    "expired": ("expiré le {not_after}", "un certificat encore valide le {now}"),
    "revoked": ("révoqué (numéro de série {serial})", "un certificat qui n'est pas dans la liste de révocation"),
    "unknown_family": ("d'un usage inconnu", "le certificat de signature d'une carte CPS"),
}
"""What is wrong with a certificate → what was received, what was expected."""

FAMILY_WORDS = {
    "organisation-auth": "certificat d'authentification d'organisation",
    "organisation-sign": "certificat de signature d'organisation",
    "professional-auth": "certificat d'authentification de professionnel",
    "professional-sign": "certificat de signature de professionnel",
    "server": "certificat de serveur",
    "unknown": "certificat d'un usage inconnu",
}

SIGNATURE_WORDS = {
    "absent": ("assertion sans signature", "Signez l'assertion par le certificat de signature de la carte CPS."),
    "several-signatures": ("plusieurs signatures", "Gardez une seule signature dans l'assertion."),
    "malformed": ("signature mal formée", "Donnez à Signature un seul SignedInfo, une seule Reference, aucun Object."),
    "algorithm-refused": ("algorithme de signature refusé", "Signez en RSA-SHA256, condensé SHA-256."),
    "transform-refused": (
        "transformations refusées",
        "Gardez deux Transform : enveloped-signature, puis la forme canonique exclusive.",
    ),
    "reference-not-to-root": (
        "référence qui ne désigne pas l'assertion",
        "Donnez à Reference/@URI un dièse, puis l'ID de l'assertion.",
    ),
    "ambiguous-id": ("ID de l'assertion présent deux fois", "Donnez à l'assertion un ID unique dans le message."),
    "no-certificate": ("signature sans certificat", "Joignez le certificat dans KeyInfo/X509Data/X509Certificate."),
    "unreadable-certificate": (
        "certificat de signature illisible",
        "Écrivez le certificat de signature en DER puis base64 dans X509Certificate.",
    ),
    "content-changed": (
        "contenu changé après la signature",
        "Envoyez l'assertion telle que signée : ni espace, ni attribut, ni préfixe changé ensuite.",
    ),
    "signature-value-wrong": (
        "SignatureValue calculée avec une autre clé",
        "Signez avec la clé du certificat joint dans X509Certificate.",
    ),
}
"""What is wrong with a signature → what was received, how to mend it."""
