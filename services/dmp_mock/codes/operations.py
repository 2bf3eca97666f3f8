"""The transactions of the DMP: which SOAP body asks for each, under which path and WS-Addressing actions.

Source: specs/dmp.md §1.1 (catalogue) and §1.4 (actions seen on the wire, high; those of the WSDL, high). Some bodies
serve several transactions: ``variant`` then tells them apart (HL7 reason code, stored query). Knows no rule.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "DESCRIBE",
    "FAULT_ACTION",
    "NS_HABILITATIONS",
    "NS_HL7",
    "NS_PATIENTS",
    "NS_QUERY",
    "NS_XDSB",
    "OPERATIONS",
    "REPOSITORY",
    "SUFFIXES",
    "Transaction",
    "transaction_of",
]

NS_HL7 = "urn:hl7-org:v3"
NS_XDSB = "urn:ihe:iti:xds-b:2007"
NS_QUERY = "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
NS_LCM = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
NS_HABILITATIONS = "urn:si-dmp-habilitations"
NS_PATIENTS = "urn:si-dmp-patients"

DESCRIBE = "wsdl"
"""The operation that no transaction is: reading the description of the service."""

REPOSITORY = "repository"
"""The path whose SOAP faults are multipart (specs/dmp.md §1.5)."""

FAULT_ACTION = "http://www.w3.org/2005/08/addressing/soap/fault"
"""WS-Addressing SOAP binding §6; which action the real faults carry is not public (low)."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """One TD: ``right`` names its line of the rights matrix; ``wsdl_actions`` are also right (WSDL-made clients)."""

    name: str
    title: str
    qname: str
    suffix: str
    action: str
    response_action: str
    right: str
    variant: str = ""
    wsdl_actions: frozenset[str] = frozenset()
    consults: bool = False
    feeds: bool = False
    one_patient: bool = True


def _hl7(name: str, title: str, asked: str, answered: str, right: str, variant: str = "") -> Transaction:
    return Transaction(
        name,
        title,
        f"{{{NS_HL7}}}{asked}",
        "patients",
        f"{NS_HL7}:{asked}",
        f"{NS_HL7}:{answered}",
        right,
        variant,
    )


def _right_holder(name: str, title: str, local: str, right: str, variant: str = "") -> Transaction:
    action = f"{NS_HABILITATIONS}:HabilitationsEndPoint:{local}"
    wsdl = frozenset({f"{NS_HL7}:{local}"})
    qname = f"{{{NS_HABILITATIONS}}}{local}"
    return Transaction(name, title, qname, "habilitations", action, f"{action}Response", right, variant, wsdl)


_QUERY = (f"{{{NS_QUERY}}}AdhocQueryRequest", "registry", "urn:ihe:iti:2007:RegistryStoredQuery")
_PATIENT_LIST = f"{NS_PATIENTS}:PatientSpecificEndPoint:patientList"
_UPDATE = "urn:ihe:iti:2010:UpdateDocumentSet"

OPERATIONS = (
    _hl7("td0.2", "Test d'existence du DMP", "PRPA_IN201307UV02", "PRPA_IN201308UV02", "TD0.2", "TEST_EXST"),
    _hl7("td1.3a", "Données administratives", "PRPA_IN201307UV02", "PRPA_IN201308UV02", "TD1.3a", "CNSLT_DATA"),
    _hl7("td0.5", "Recherche sans INS", "PRPA_IN201305UV02", "PRPA_IN201306UV02", "TD0.5"),
    _right_holder("td0.3", "Autorisation d'accès", "setAuthorization", "TD0.3-add"),
    _right_holder("td1.6", "Liste des professionnels autorisés", "listAuthorizationByPatient", "TD1.6"),
    Transaction(
        "td0.4",
        "Liste des DMP autorisés",
        f"{{{NS_PATIENTS}}}patientList",
        "patientsSpecific",
        _PATIENT_LIST,
        f"{_PATIENT_LIST}Response",
        "TD0.4",
        wsdl_actions=frozenset({""}),
        one_patient=False,
    ),
    Transaction(
        "td2.1",
        "Alimentation",
        f"{{{NS_XDSB}}}ProvideAndRegisterDocumentSetRequest",
        REPOSITORY,
        "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b",
        "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-bResponse",
        "TD2.1",
        feeds=True,
    ),
    Transaction(
        "td3.1", "Recherche de documents", *_QUERY, f"{_QUERY[2]}Response", "TD3.1-metadata", "LeafClass", consults=True
    ),
    Transaction(
        "td3.1b", "Identifiant technique d'un document", *_QUERY, f"{_QUERY[2]}Response", "TD3.1-reference", "ObjectRef"
    ),
    Transaction(
        "td3.2",
        "Consultation d'un document",
        f"{{{NS_XDSB}}}RetrieveDocumentSetRequest",
        REPOSITORY,
        "urn:ihe:iti:2007:RetrieveDocumentSet",
        "urn:ihe:iti:2007:RetrieveDocumentSetResponse",
        "TD3.2",
        consults=True,
    ),
    Transaction(
        "td3.3",
        "Mise à jour des attributs d'un document",
        f"{{{NS_LCM}}}SubmitObjectsRequest",
        "registry",
        _UPDATE,
        f"{_UPDATE}-Response",
        "TD3.3c",
    ),
)

SUFFIXES = frozenset({transaction.suffix for transaction in OPERATIONS} | {"patientsPDQ", "patientCertif"})


def transaction_of(qname: str, variant: str = "") -> Transaction | None:
    """Return the transaction that a SOAP body asks for; the first of its name when the variant is none of the known."""
    named = [transaction for transaction in OPERATIONS if transaction.qname == qname]
    return next((t for t in named if t.variant == variant), named[0] if named else None)
