"""Codes, template ids and titles of e-prescriptions (eP-MED-DM), for their writer and for the reader.

Source: specs/cda.md §6.2, specs/eprescription.md §2 and §3.1–3.4; confidence high. Knows no behaviour.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from health_documents import oids
from health_documents.values.document import Code

__all__ = [
    "BARCODE_SECTION",
    "BOX",
    "COMMENT",
    "COMMENT_SECTION",
    "DEVICES_SECTION",
    "DISPENSER_NOTE",
    "DOCUMENT_ATTACHED",
    "DOCUMENT_TYPE",
    "DRUG",
    "DRUGS_SECTION",
    "FLAGS",
    "HEIGHT",
    "MODEL_VERSION",
    "OLD_FLAG_TEMPLATES",
    "PATIENT_NOTE",
    "PDF_SECTION",
    "PREGNANCY_SECTION",
    "PREGNANCY_STATUS",
    "PREGNANT",
    "PRESCRIPTION",
    "REPLACED_DOCTOR",
    "SUBSTITUTION_ALLOWED",
    "SUBSTITUTION_REFUSED",
    "SUB_TYPES",
    "VITAL_SIGNS",
    "VITAL_SIGNS_SECTION",
    "WEIGHT",
    "Flag",
    "SectionKind",
]


@dataclass(frozen=True, slots=True)
class SectionKind:
    """What identifies a section: its template ids, its code, its French title."""

    templates: tuple[str, ...]
    code: Code
    title: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A yes-or-no fact of a drug line: its field in DrugLine, template id, code, and how the narrative names it."""

    field: str
    template: str
    code: Code
    anchor: str
    heading: str


def _loinc(code: str, label: str) -> Code:
    return Code(code, label, oids.LOINC)


def _flag(field: str, suffix: str, code: str, label: str, anchor: str, heading: str) -> Flag:
    return Flag(field, f"{oids.T_E_OBSERVATION_FR}.{suffix}", Code(code, label, oids.TA_ASIP), anchor, heading)


MODEL_VERSION = "2024.01"
PRESCRIPTION = "57833-6"

BARCODE_SECTION = SectionKind(
    (oids.T_S_BARCODE,), _loinc("57723-9", "Numéro de code à barres unique"), "Code 2D de la prescription"
)
DRUGS_SECTION = SectionKind(
    (oids.T_S_DRUGS_IHE, oids.T_S_DRUGS), _loinc("57828-6", "Prescriptions"), "Prescription de médicaments"
)
PDF_SECTION = SectionKind((oids.T_S_PDF_COPY,), _loinc("55108-5", "Copie du document"), "Copie du document")
DOCUMENT_ATTACHED = _loinc("55107-7", "Document attaché")
DOCUMENT_TYPE = _loinc("69764-9", "Type de document")

DEVICES_SECTION = SectionKind(
    (oids.T_S_DEVICES,), _loinc("46264-8", "Dispositifs médicaux"), "Prescription de dispositifs médicaux"
)
COMMENT_SECTION = SectionKind(
    ("2.16.840.1.113883.10.12.201", "1.3.6.1.4.1.19376.1.4.1.2.16", oids.T_S_COMMENT),
    _loinc("55112-7", "Commentaire"),
    "Commentaire",
)
VITAL_SIGNS_SECTION = SectionKind(
    (
        "2.16.840.1.113883.10.20.1.16",
        "1.3.6.1.4.1.19376.1.5.3.1.3.25",
        "1.3.6.1.4.1.19376.1.5.3.1.1.5.3.2",
        oids.T_S_VITAL_SIGNS,
    ),
    _loinc("8716-3", "Signes vitaux"),
    "Signes vitaux",
)
PREGNANCY_SECTION = SectionKind(
    ("1.3.6.1.4.1.19376.1.5.3.1.1.5.3.4", oids.T_S_PREGNANCIES),
    _loinc("10162-6", "Historique des grossesses"),
    "Historique des grossesses",
)
COMMENT = _loinc("48767-8", "Commentaire")
VITAL_SIGNS = _loinc("85353-1", "Signes vitaux")
WEIGHT = _loinc("29463-7", "Poids (mesuré)")
HEIGHT = _loinc("8302-2", "Taille")
PREGNANCY_STATUS = _loinc("11449-6", "Statut de grossesse")
PREGNANT = Code("77386006", "grossesse en cours", oids.SNOMED)
REPLACED_DOCTOR = Code("CORRE", "Correspondant", oids.PARTICIPATION_ANS)

SUB_TYPES = MappingProxyType(
    {
        code: Code(code, label, oids.TA_ASIP)
        for code, label in (
            ("MED-1096", "Prescription bizone"),
            ("MED-1097", "Prescription médicaments d'exception"),
            ("MED-1098", "Ordonnance sécurisée"),
            ("MED-1132", "Prescription grand appareillage"),
            ("MED-1094", "Exécution à domicile"),
            ("MED-1095", "Exécution en urgence"),
            ("MED-1159", "Affection militaire"),
        )
    }
)
"""What a prescription is besides ordinary, as further acts of its header."""

DRUG = Code("DRUG", "Médicament", oids.ACT_CODE)
PATIENT_NOTE = Code("PINSTRUCT", "", oids.IHE_ACT_CODE)
DISPENSER_NOTE = Code("FINSTRUCT", "", oids.IHE_ACT_CODE)
BOX = Code("30009000", "Boîte", oids.EDQM)
SUBSTITUTION_REFUSED = Code("N", "Aucune substitution permise", oids.SUBSTITUTION)
SUBSTITUTION_ALLOWED = Code("G", "Substitution par un générique permise", oids.SUBSTITUTION)

FLAGS = (
    _flag("ald", "13", "MED-574", "En rapport avec une ALD", "ALD", "En rapport avec une ALD"),
    _flag(
        "work_accident",
        "14",
        "GEN-180",
        "En rapport avec un accident du travail ou une maladie professionnelle",
        "ATMP",
        "En rapport AT/MP",
    ),
    _flag("prevention", "34", "GEN-295", "En rapport avec la prévention", "prev", "En rapport Prévention"),
    _flag("not_reimbursable", "15", "GEN-181", "Non remboursable", "non-remb", "Non remboursable"),
    _flag("off_label", "12", "GEN-179", "Hors Autorisation de Mise sur le Marché (AMM)", "horsamm", "Hors AMM"),
)

OLD_FLAG_TEMPLATES = MappingProxyType(
    {
        f"{oids.T_E_OBSERVATION_FR}.215": f"{oids.T_E_OBSERVATION_FR}.15",
        f"{oids.T_E_OBSERVATION_FR}.224": f"{oids.T_E_OBSERVATION_FR}.34",
    }
)
"""Template ids of flags in eP-MED-DM 2022.01, and those that took their place (specs/eprescription.md §3.4)."""
