"""What the documents of correspondents say: invented, French, about nobody.

Source: specs/cda.md §5 (types and their models). Values only: knows no document format.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from health_documents import oids
from health_documents.codes.biology import BIOCHEMISTRY
from health_documents.codes.drugs import drug
from health_documents.codes.prescription import BOX
from health_documents.values.clinical import Result
from health_documents.values.document import Code, DrugLine
from health_documents.values.pdf import PdfSection, PdfTable
from health_documents.values.posology import Quantity
from mss_mock.codes.correspondents import Act

__all__ = ["CONTENTS", "CORRECTED", "RESULTS", "Content", "prescribed_lines"]


@dataclass(frozen=True, slots=True)
class Content:
    """A document of level 1: its typeCode, its title, what people read; ``age``: how long before the mail it is of."""

    code: str
    title: str
    sections: tuple[PdfSection, ...]
    age: timedelta = timedelta()


def _text(heading: str, *paragraphs: str) -> PdfSection:
    return PdfSection(heading, paragraphs)


def _table(heading: str, headings: tuple[str, ...], *rows: tuple[str, ...]) -> PdfSection:
    return PdfSection(heading, (PdfTable(headings, rows),))


_TREATMENTS = _table(
    "Traitements au long cours",
    ("Médicament", "Posologie"),
    ("Metformine 1000 mg", "1 comprimé matin et soir"),
    ("Ramipril 5 mg", "1 comprimé le matin"),
)
_DISCHARGE = Content(
    "11490-0",
    "Lettre de liaison à la sortie",
    (
        _text("Motif d'hospitalisation", "Déséquilibre d'un diabète de type 2."),
        _text("Synthèse du séjour", "Éducation du patient, adaptation du traitement, surveillance sans incident."),
        _TREATMENTS,
        _text("Suites à donner", "Glycémie capillaire deux fois par jour, consultation dans trois mois."),
    ),
)
_OPERATION = Content(
    "34874-8",
    "Compte rendu opératoire",
    (
        _text("Intervention", "Cholécystectomie par cœlioscopie."),
        _text("Déroulement", "Installation habituelle, dissection sans difficulté, hémostase satisfaisante."),
        _text("Suites", "Antalgiques de palier 1, ablation des fils au dixième jour."),
    ),
)
_STAY = Content(
    "34112-3",
    "Compte rendu d'hospitalisation",
    (_text("Séjour", "Hospitalisation de trois jours pour bilan, sans incident."), _TREATMENTS),
)
_VISIT = Content(
    "11488-4",
    "Compte rendu de consultation",
    (_text("Consultation", "Consultation de suivi : état stable, traitement inchangé."),),
)


def _of_another_time(content: Content, days: int) -> Content:
    return Content(content.code, content.title, content.sections, timedelta(days=days))


CONTENTS = {
    Act.SYNTHESIS: (
        Content(
            "60591-5",
            "Synthèse médicale",
            (
                _text("Pathologies en cours", "Diabète de type 2, hypertension artérielle."),
                _TREATMENTS,
                _text("Allergies et intolérances", "Aucune connue."),
                _text("Points de vigilance", "Fonction rénale à contrôler tous les six mois."),
            ),
        ),
    ),
    Act.DISCHARGE_LETTER: (_DISCHARGE,),
    Act.OPERATION: (_OPERATION,),
    Act.DISCHARGE_PRESCRIPTION: (
        Content(
            "57833-6",
            "Ordonnance de sortie",
            (
                _table(
                    "Médicaments prescrits",
                    ("Médicament", "Posologie", "Durée"),
                    ("Paracétamol 1000 mg", "1 comprimé, 3 fois par jour si douleur", "8 jours"),
                    ("Énoxaparine 4000 UI", "1 injection sous-cutanée par jour", "10 jours"),
                ),
            ),
        ),
    ),
    Act.HISTORY: (_of_another_time(_STAY, 730), _of_another_time(_OPERATION, 729), _of_another_time(_VISIT, 365)),
    Act.IMAGING: (
        Content(
            "18748-4",
            "Compte rendu d'imagerie",
            (
                _text("Examen", "Radiographie du thorax de face et de profil."),
                _text("Indication", "Toux persistante."),
                _text("Résultats", "Pas de foyer parenchymateux, silhouette cardiaque normale."),
                _text("Conclusion", "Examen sans anomalie."),
            ),
        ),
    ),
}
"""By act, the documents of its archive, of level 1."""


def _measured(code: str, label: str, value: str, unit: str, low: str, high: str, interpretation: str) -> Result:
    return Result(
        section=BIOCHEMISTRY.label,
        code=Code(code, f"{label} [Moles/Volume] Sérum/Plasma ; Numérique", oids.LOINC),
        value=f"{value} {unit}",
        quantity=Quantity(value, unit),
        low=Quantity(low, unit),
        high=Quantity(high, unit),
        interpretation=interpretation,
    )


_CREATININE = _measured("14682-9", "Créatinine", "78", "umol/L", "45", "84", "N")
RESULTS = {
    Act.BIOLOGY: (_measured("2823-3", "Potassium", "4.2", "mmol/L", "3.5", "5.0", "N"), _CREATININE),
    Act.CRITICAL_BIOLOGY: (_measured("2823-3", "Potassium", "6.9", "mmol/L", "3.5", "5.0", "HH"), _CREATININE),
}
"""By act, what the laboratory measured; a document of level 3."""


CORRECTED = _text("Rectification", "Document relu et complété par son auteur ; le précédent ne doit plus être lu.")
"""What a new version says more than the one before it."""


def _line(cis: str, posology: str, boxes: int, days: int) -> DrugLine:
    one = drug(cis)
    return DrugLine(
        cis=one.cis,
        cip13=one.cip13,
        name=one.name,
        form=None,
        posology=posology,
        quantity=boxes,
        unit=BOX,
        duration_days=days,
    )


def prescribed_lines(*, corrected: bool = False) -> tuple[DrugLine, ...]:
    """Return the lines of the general practitioner's prescription; in a new version the antibiotic lasts longer."""
    return (
        _line("60234100", "1 comprimé 3 fois par jour en cas de douleur", 2, 8),
        _line("69118175", "1 gélule matin et soir", 2 if corrected else 1, 10 if corrected else 6),
    )
