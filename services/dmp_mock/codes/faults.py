"""SOAP faults of the DMP: code, French reason, and whether both are public.

Source: specs/dmp.md §2.2 and §4.2. The official annex of codes is not public: what is missing here is added as a line.
A line whose code or text is ours is not ``public``; answers made from it carry the header ``X-Simulation``.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FAULTS", "NOT_PUBLIC", "SIMULATION_VALUE", "FaultLine"]

NOT_PUBLIC = "DMPCodeNonPublic"
"""The subcode we answer where the real one is not known."""

SIMULATION_VALUE = "DMP-CODE-NON-PUBLIC"
"""Value of ``X-Simulation`` on an answer whose code or text is ours."""

_SIGNER = "Le certificat ayant signé le VIHF est invalide : "


@dataclass(frozen=True, slots=True)
class FaultLine:
    """One fault: ``subcode`` without prefix is dressed with the SOAP one; ``{}`` in the reason takes the detail."""

    subcode: str
    reason: str
    public: bool
    source: str
    code: str = "Sender"


FAULTS: dict[str, FaultLine] = {
    "soap": FaultLine("", "Message SOAP illisible : {}", True, "SOAP 1.2 §5; the text is ours"),
    "coding": FaultLine(
        "",
        "Content-Encoding {} n'est pas pris en charge : envoyer le corps sans compression",
        True,
        "RFC 9110 §8.4, own",
    ),
    "soap-version": FaultLine("", "Version de SOAP inconnue : {}", True, "SOAP 1.2 §5.4.6", "VersionMismatch"),
    "soap-understand": FaultLine(
        "", "Bloc d'en-tête obligatoire inconnu : {}", True, "SOAP 1.2 §5.4.6", "MustUnderstand"
    ),
    "soap-body": FaultLine(
        "", "Message part {} was not recognized. (Does it exist in service WSDL?)", True, "CXF, low"
    ),
    "wsa-absent": FaultLine(
        "wsa:MessageAddressingHeaderRequired",
        "A required header representing a Message Addressing Property is not present",
        True,
        "specs/dmp.md §1.4, WS-Addressing SOAP binding §6.4.2",
    ),
    "wsa-invalid": FaultLine(
        "wsa:InvalidAddressingHeader",
        "A header representing a Message Addressing Property is not valid and the message cannot be processed",
        True,
        "WS-Addressing SOAP binding §6.4.1",
    ),
    "wsa-action": FaultLine(
        "wsa:ActionNotSupported",
        "The {} cannot be processed at the receiver",
        True,
        "WS-Addressing SOAP binding §6.4.3; strict option only",
    ),
    "later": FaultLine(
        NOT_PUBLIC, "La transaction {} n'est pas encore simulée par ce bac à sable", False, "own", "Receiver"
    ),
    "request": FaultLine(NOT_PUBLIC, "Requête invalide : {}", False, "own"),
    "vihf-absent": FaultLine(NOT_PUBLIC, "Le VIHF est absent de l'en-tête wsse:Security", False, "own"),
    "vihf": FaultLine(NOT_PUBLIC, "VIHF invalide : {}", False, "own"),
    "vihf-specialty": FaultLine(NOT_PUBLIC, "Aucune spécialité dans le vihf", False, "text: specs/dmp.md §2.1"),
    "vihf-stale": FaultLine(NOT_PUBLIC, "VIHF hors de sa période de validité : {}", False, "own"),
    "vihf-signature": FaultLine(NOT_PUBLIC, "La signature du VIHF est invalide : {}", False, "own"),
    "signer-usage": FaultLine(
        "DMPInvalidCertificate", f"{_SIGNER}Not a valid signature certificate", True, "specs/dmp.md §2.2, high"
    ),
    "signer": FaultLine("DMPInvalidCertificate", f"{_SIGNER}{{}}", False, "code: specs/dmp.md §4.2; the text is ours"),
    "client-certificate": FaultLine(
        "DMPInvalidCertificate", "Le certificat d'authentification est invalide : {}", False, "code: specs/dmp.md §4.2"
    ),
    "legal-person": FaultLine(
        NOT_PUBLIC, "Erreur d'authentification de la personne morale", False, "text: specs/dmp.md §2.2"
    ),
    "structure": FaultLine(
        NOT_PUBLIC,
        "Impossible d'effectuer un test d'existence : Structure introuvable ou Inactive",
        False,
        "text: specs/dmp.md §2.2",
    ),
    "professional": FaultLine(NOT_PUBLIC, "Professionnel introuvable ou inactif : {}", False, "own"),
    "unlinked": FaultLine(NOT_PUBLIC, "PS et Structure non liés", False, "text: specs/dmp.md §2.2"),
    "author-institution": FaultLine(
        NOT_PUBLIC, "Aucun AuthorInstitution ne correspond à l'utilisateur du VIHF", False, "text: specs/dmp.md §2.2"
    ),
    "patient": FaultLine(NOT_PUBLIC, "Le patient du message n'est pas celui du VIHF", False, "own"),
    "rights": FaultLine("DMPAccessDeniedByRightsService", "Accès refusé : {}", True, "code: specs/dmp.md §4.2"),
    "closed": FaultLine("DMPClosed", "Le DMP du patient est fermé", True, "code: specs/dmp.md §4.2"),
    "feed-opposed": FaultLine(NOT_PUBLIC, "Le patient s'oppose à l'alimentation de son DMP", False, "own"),
    "xds": FaultLine(NOT_PUBLIC, "{}", True, "IHE code as subcode: specs/dmp.md §4.2"),
}
