"""The coded tables that CDA headers and XDS metadata need, as data.

Source: docs/sources/documents.md (tables-de-codes), with the versions below; confidence high for codes and labels,
medium for the content type. ``data/document-types.csv`` holds the type → class pairs of ASS_X16 (2024-02-23), and of
ASS_X04 (2024-09-27) for six types, with the labels of JDV_J07 (2025-04-25). Knows no document and no service.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from health_documents import oids
from health_documents.errors import InvalidContent
from health_documents.quoting import quoted
from health_documents.values.document import Code

__all__ = [
    "CLASSES",
    "CONFIDENTIALITY",
    "CONTENT_TYPES",
    "FACILITY_TYPES",
    "FORMATS",
    "FORMAT_OF_MEDIA",
    "FORMAT_OF_MODEL",
    "PRACTICE_SETTINGS",
    "SEXES",
    "SPECIALTIES",
    "CodeTable",
    "class_of",
    "document_types",
    "format_of_media",
    "format_of_model",
    "specialty_system",
]

_SOURCE = "docs/sources/documents.md#tables-de-codes"


@dataclass(frozen=True)
class CodeTable:
    """A value set: its OID, its version (day of its last change), where it is described, its codes."""

    name: str
    oid: str
    version: str
    source: str
    codes: MappingProxyType[str, Code]

    def __getitem__(self, code: str) -> Code:
        """Return a code of the table; InvalidContent when it is not there."""
        if code not in self.codes:
            raise InvalidContent(f"code {quoted(code)} absent de {self.name}")
        return self.codes[code]

    def __contains__(self, code: object) -> bool:
        return code in self.codes


def _table(name: str, oid: str, version: str, source: str, labels: dict[tuple[str, str], str]) -> CodeTable:
    codes = {code: Code(code, label, system) for (system, code), label in labels.items()}
    return CodeTable(name, oid, version, source, MappingProxyType(codes))


def _in(system: str, labels: dict[str, str]) -> dict[tuple[str, str], str]:
    return {(system, code): label for code, label in labels.items()}


_NOT_A_PLACE = _in(
    oids.AUTHOR_OTHER, {"EXP_PATIENT": "Expression personnelle du patient", "SNR": "Service numérique référencé"}
)

CONFIDENTIALITY = _table(
    "JDV_J08 confidentialityCode",
    "1.2.250.1.213.1.1.5.463",
    "2020-04-24",
    _SOURCE,
    _in(oids.CONFIDENTIALITY, {"N": "Normal", "R": "Restreint", "V": "Très restreint"})
    | _in(
        oids.TRE_A04_VISIBILITY,
        {
            "INVISIBLE_PATIENT": "Non visible par le patient",
            "INVISIBLE_REPRESENTANTS_LEGAUX": "Non visible par les représentants légaux du patient",
            "MASQUE_PS": "Masqué aux professionnels de santé",
        },
    ),
)

SEXES = _table(
    "JDV_J143 administrativeGenderCode",
    "1.2.250.1.213.1.1.5.590",
    "2021-03-26",
    _SOURCE,
    _in(oids.GENDER, {"F": "Féminin", "M": "Masculin", "UN": "Inconnu"}),
)

FACILITY_TYPES = _table(
    "JDV_J02 healthcareFacilityTypeCode (extrait)",
    "1.2.250.1.213.1.1.5.466",
    "2025-05-23",
    _SOURCE,
    _in(
        oids.FACILITY,
        {
            "SA01": "Etablissement public de santé",
            "SA04": "Etablissement privé non PSPH",
            "SA05": "Centre de santé",
            "SA07": "Cabinet individuel",
            "SA08": "Cabinet de groupe",
            "SA25": "Laboratoire de biologie médicale",
            "SA33": "Pharmacie d'officine",
            "SA38": "Pharmacie minière",
            "SA39": "Pharmacie mutualiste",
            "SA56": "Propharmacie",
            "SA65": "Antenne de pharmacie",
        },
    )
    | _NOT_A_PLACE,
)

PRACTICE_SETTINGS = _table(
    "JDV_J04 practiceSettingCode",
    "1.2.250.1.213.1.1.5.467",
    "2024-09-27",
    _SOURCE,
    _in(
        oids.TRE_A01_PRACTICE,
        {
            "AMBULATOIRE": "Ambulatoire",
            "AMO": "Organisme d'assurance maladie obligatoire",
            "DEPISTAGE": "Dépistage",
            "ESSMS": "Etablissement ou Service Social ou Médico-Social",
            "ETABLISSEMENT": "Etablissement de santé",
            "HAD": "Hospitalisation à domicile",
            "MAD": "Maintien à domicile",
            "PALLIATIF": "Soins palliatifs",
            "SAD": "Soins à domicile",
            "SAMU_SMUR": "SAMU/SMUR",
        },
    )
    | _NOT_A_PLACE,
)

CLASSES = _table(
    "JDV_J06 classCode",
    "1.2.250.1.213.1.1.5.462",
    "2023-09-22",
    _SOURCE,
    _in(
        oids.TRE_A03_CLASS,
        {
            "10": "Compte rendu",
            "11": "Synthèse",
            "31": "Imagerie médicale",
            "42": "Prescription",
            "43": "Dispensation",
            "44": "Plan de soins, protocole de soins",
            "45": "Traitement administré",
            "52": "Certificat, déclaration",
            "60": "Données de remboursement",
            "90": "Autres documents déposés par le patient",
            "95": "Document de gestion",
            "99": "Document technique",
        },
    ),
)

SPECIALTIES = _table(
    "JDV_J01 authorSpecialty (extrait)",
    "1.2.250.1.213.1.1.5.461",
    "2025-03-28",
    _SOURCE,
    _in(
        oids.SPECIALTY,
        {
            "G15_10": "Médecin",
            "G15_10/SM26": "Médecin - Qualifié en Médecine Générale (SM)",
            "G15_21": "Pharmacien",
            "G15_21/A": "Pharmacien titulaire d'officine",
            "G15_21/D": "Pharmacien adjoint, remplaçant ou gérant",
            "G15_21/DA": "Pharmacien adjoint",
            "G15_21/DM": "Pharmacien mutualiste ou minier",
            "G15_21/E": "Pharmacien d'Outre-Mer",
            "G15_21/EA": "Pharmacien titulaire d'officine - OM",
            "G15_21/ED": "Pharmacien adjoint - OM",
            "G15_21/G": "Pharmacien biologiste",
            "G15_21/H": "Pharmacien d'établissement de santé",
            "G15_50": "Sage-Femme",
            "G15_60": "Infirmier",
            "G16_21": "Pharmacien en formation",
        },
    )
    | _in(oids.FUNCTION_ROLE, {"317": "Préparateur en pharmacie (officine)"}),
)

# The code system of the activities is that of the official sample, the sectors' is inferred (medium).
CONTENT_TYPES = _table(
    "JDV_J59 contentTypeCode (extrait)",
    "1.2.250.1.213.1.1.5.2",
    "2024-09-27",
    _SOURCE,
    _in(oids.ACTIVITY, {"04": "Hospitalisation de jour", "07": "Consultations soins externes"})
    | _in(oids.FACILITY, {"SA07": "Cabinet individuel", "SA33": "Pharmacie d'officine"}),
)

FORMATS = _table(
    "JDV_J10 formatCode (extrait)",
    "1.2.250.1.213.1.1.5.465",
    "2025-10-29",
    _SOURCE,
    _in(
        oids.IHE_FORMAT,
        {
            "urn:ihe:iti:xds-sd:pdf:2008": "Document à corps non structuré en Pdf/A-1",
            "urn:ihe:iti:xds-sd:text:2008": "Document à corps non structuré en texte brut",
            "urn:ihe:iti-fr:xds-sd:rtf:2010": "Document à corps non structuré en format rtf",
            "urn:ihe:iti-fr:xds-sd:jpeg:2010": "Document à corps non structuré en format jpeg",
            "urn:ihe:iti-fr:xds-sd:tiff:2010": "Document à corps non structuré en format tiff",
            "urn:ihe:lab:xd-lab:2008": "Compte rendu structuré d'examens de biologie médicale",
            "urn:ihe:pharm:pre:2010": "Prescription de médicaments",
            "urn:ihe:pharm:dis:2010": "Dispensation médicamenteuse",
            "urn:ihe:pcc:ips:2020": "Synthèse médicale",
        },
    )
    | _in(
        oids.TRE_A06_FORMAT,
        {
            "urn:asip:ci-sis:vac:2019": "Historique des vaccinations",
            "urn:asip:ci-sis:vac-note:2021": "Note de vaccination",
            "urn:asip:ci-sis:vsm:2012": "Synthèse médicale",
            "urn:asip:ci-sis:ldl-ees:2017": "Lettre de Liaison à l'entrée d'un établissement de santé",
            "urn:asip:ci-sis:ldl-ses:2017": "Lettre de Liaison à la sortie de l'établissement de santé",
            "urn:ans:ci-sis:trod:2024": "Test rapide d'orientation diagnostique",
        },
    ),
)

FORMAT_OF_MEDIA = MappingProxyType(
    {
        "application/pdf": "urn:ihe:iti:xds-sd:pdf:2008",
        "text/plain": "urn:ihe:iti:xds-sd:text:2008",
        "text/rtf": "urn:ihe:iti-fr:xds-sd:rtf:2010",
        "image/jpeg": "urn:ihe:iti-fr:xds-sd:jpeg:2010",
        "image/tiff": "urn:ihe:iti-fr:xds-sd:tiff:2010",
    }
)
"""Media types that a level 1 document may hold, and their format (ASS_A12, specs/cda.md §5)."""

FORMAT_OF_MODEL = MappingProxyType(
    {
        oids.T_VSM: "urn:asip:ci-sis:vsm:2012",
        oids.T_LDL_EES: "urn:asip:ci-sis:ldl-ees:2017",
        oids.T_LDL_SES: "urn:asip:ci-sis:ldl-ses:2017",
        oids.T_VAC: "urn:asip:ci-sis:vac:2019",
        oids.T_EP_MED_DM: "urn:ihe:pharm:pre:2010",
        oids.T_VAC_NOTE: "urn:asip:ci-sis:vac-note:2021",
        oids.T_IPS_FR: "urn:ihe:pcc:ips:2020",
        oids.T_EDISP: "urn:ihe:pharm:dis:2010",
        oids.T_CR_BIO: "urn:ihe:lab:xd-lab:2008",
        oids.T_TROD: "urn:ans:ci-sis:trod:2024",
    }
)
"""Level 3 models by template id, and their format (ASS_A11 of 2024-07-26, specs/cda.md §5)."""


@cache
def _types() -> tuple[dict[str, Code], dict[str, str]]:
    text = files("health_documents").joinpath("data/document-types.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    types = {row["code"]: Code(row["code"], row["label"], row["system"]) for row in rows}
    return types, {row["code"]: row["class_code"] for row in rows}


def document_types() -> CodeTable:
    """Return the document types (typeCode) of the DMP that have a class."""
    return CodeTable("JDV_J66 typeCode", "1.2.250.1.213.1.1.5.7", "2024-09-27", _SOURCE, MappingProxyType(_types()[0]))


def class_of(type_code: str) -> Code:
    """Return the class of a document type (ASS_X16); InvalidContent for a type out of the table."""
    document_types()[type_code]
    return CLASSES[_types()[1][type_code]]


def format_of_media(media_type: str) -> Code:
    """Return the format of a level 1 document; InvalidContent for a media type that N1 does not admit."""
    if media_type not in FORMAT_OF_MEDIA:
        raise InvalidContent(f"type de média {quoted(media_type)} non admis dans un document N1")
    return FORMATS[FORMAT_OF_MEDIA[media_type]]


def format_of_model(template_id: str) -> Code | None:
    """Return the format of a level 3 model by its template id, None when it is unknown."""
    name = FORMAT_OF_MODEL.get(template_id)
    return FORMATS[name] if name else None


def specialty_system(code: str) -> str:
    """Return the code system of an author specialty: J01 mixes two."""
    return SPECIALTIES[code].system if code in SPECIALTIES else oids.SPECIALTY
