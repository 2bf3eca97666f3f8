"""What people read of each level 3 document and of any level 1 one, from the same values as the CDA.

Source: specs/requirements.md §2.5 (CDA/DD.12: PDF identical in data to the CDA), specs/cda.md §6; confidence high; the
wording is ours. Knows no layout and no CDA.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from health_documents.cda.write.prescription import Extras
from health_documents.codes.biology import BIOCHEMISTRY, CRITICAL, INTERPRETATIONS
from health_documents.codes.prescription import BOX, FLAGS, SUB_TYPES
from health_documents.values.clinical import DeviceLine, DispensedLine, RapidTest, Result, Vaccination
from health_documents.values.document import Code, DocumentHeader, DrugLine
from health_documents.values.pdf import PRIVACY_NOTICE, PdfContent, PdfSection, PdfTable
from health_documents.values.posology import Dosage, Quantity

__all__ = [
    "readable_biology",
    "readable_dispensation",
    "readable_document",
    "readable_prescription",
    "readable_trod",
    "readable_vaccination",
]

_UNITS = MappingProxyType({"{tablet}": "comprimé(s)", "{capsule}": "gélule(s)", "{drop}": "goutte(s)"})


def readable_document(
    header: DocumentHeader,
    sections: Sequence[PdfSection],
    *,
    replaced: str = "",
    qr_png: bytes | None = None,
    qr_caption: str = "Code de l'ordonnance",
    notice: str = PRIVACY_NOTICE,
) -> PdfContent:
    """Return the page of any document: people and title from its header, ``replaced`` names the version cancelled."""
    return PdfContent(
        title=header.title,
        patient=header.patient,
        author=header.authors[0],
        created=header.effective_time,
        sections=tuple(sections),
        recipients=header.recipients,
        replaces=replaced or header.replaces,
        qr_png=qr_png,
        qr_caption=qr_caption,
        footer=notice,
    )


def readable_prescription(
    header: DocumentHeader,
    lines: Sequence[DrugLine],
    *,
    epu_number: str,
    qr_png: bytes | None,
    extras: Extras | None = None,
) -> PdfContent:
    """Return the page of a prescription: lines in relation with an ALD apart when it is bizone."""
    extras = extras or Extras()
    sections = [PdfSection(title, (_drugs(kept),)) for title, kept in _zones(lines, extras) if kept]
    if extras.devices:
        sections.append(PdfSection("Dispositifs médicaux", ("\n".join(_device(one) for one in extras.devices),)))
    told = [SUB_TYPES[code].label for code in extras.sub_types]
    told += [extras.comment] if extras.comment else []
    signs = [f"Poids : {extras.weight_kg} kg"] if extras.weight_kg else []
    signs += [f"Taille : {extras.height_cm} cm"] if extras.height_cm else []
    signs += ["Patiente enceinte"] if extras.pregnant else []
    if told or signs:
        sections.append(PdfSection("Informations complémentaires", ("\n".join(told + signs),)))
    return readable_document(header, sections, qr_png=qr_png, qr_caption=f"Ordonnance n° {epu_number}")


def readable_vaccination(header: DocumentHeader, one: Vaccination) -> PdfContent:
    """Return the page of a note de vaccination."""
    who = one.performer or one.author
    rows = (
        ("Vaccin", one.name),
        ("Présentation", f"{one.presentation} (CIP {one.cip13})" if one.cip13 else ""),
        ("Date de l'injection", _day(one.date)),
        ("Numéro de lot", one.lot),
        ("Rang", "" if one.rank is None else str(one.rank)),
        ("Nature", _label(one.kind)),
        ("Voie", _label(one.route)),
        ("Site", _label(one.site)),
        ("Vaccinateur", f"{who.given_name} {who.family_name}" if who else ""),
        ("Réaction observée", _label(one.reaction)),
        ("Commentaire", one.comment),
    )
    table = PdfTable(("Information", "Valeur"), tuple(row for row in rows if row[1]), (1, 2))
    return readable_document(header, (PdfSection("Vaccination", (table,)),))


def readable_trod(header: DocumentHeader, tests: Sequence[RapidTest]) -> PdfContent:
    """Return the page of a rapid test."""
    rows = tuple((one.label, _found(one.value), f"{one.at:%d/%m/%Y à %H:%M}", one.comment) for one in tests)
    devices = tuple(dict.fromkeys((one.device, one.udi) for one in tests if one.device or one.udi))
    sections = [PdfSection("Résultat", (PdfTable(("Recherche", "Résultat", "Réalisé le", "Commentaire"), rows),))]
    if devices:
        sections.append(PdfSection("Dispositif utilisé", (PdfTable(("Dispositif", "Code UDI"), devices),)))
    return readable_document(header, sections)


def readable_biology(
    header: DocumentHeader, results: Sequence[Result], chapter: str = BIOCHEMISTRY.label
) -> PdfContent:
    """Return the page of a laboratory report; what is beyond its critical limits is said first."""
    critical = [one.code.label for one in results if one.code and one.interpretation in CRITICAL]
    rows = tuple((_label(one.code), str(one.quantity or one.value), _bounds(one), _interpreted(one)) for one in results)
    headings = ("Examen", "Résultat", "Valeurs de référence", "Interprétation")
    sections = [PdfSection(chapter, (PdfTable(headings, rows, (4, 2, 3, 3)),))]
    if critical:
        sections.insert(0, PdfSection("Résultat critique", ("\n".join(critical),)))
    return readable_document(header, sections)


def _bounds(one: Result) -> str:
    return f"{one.low} à {one.high}" if one.low and one.high else one.range_text


def _interpreted(one: Result) -> str:
    return INTERPRETATIONS[one.interpretation].label if one.interpretation in INTERPRETATIONS else one.interpretation


def readable_dispensation(header: DocumentHeader, lines: Sequence[DispensedLine]) -> PdfContent:
    """Return the page of a dispensation."""
    headings = ("Médicament", "Quantité", "Lot", "Péremption", "Substitution")
    rows = tuple(
        (one.name, f"{one.quantity} {_label(one.unit) or BOX.label}", one.lot, _day(one.expiry), _yes(one.substituted))
        for one in lines
    )
    notes = tuple(f"{one.name} : {note}" for one in lines for note in (one.patient_note, one.dispenser_note) if note)
    sections = [PdfSection("Médicaments délivrés", (PdfTable(headings, rows, (5, 2, 2, 2, 2)),))]
    if notes:
        sections.append(PdfSection("Conseils et remarques", notes))
    return readable_document(header, sections)


def _zones(lines: Sequence[DrugLine], extras: Extras) -> list[tuple[str, list[DrugLine]]]:
    if "MED-1096" not in extras.sub_types:
        return [("Médicaments prescrits", list(lines))]
    return [
        ("Prescriptions relatives au traitement de l'affection de longue durée", [one for one in lines if one.ald]),
        ("Prescriptions sans rapport avec l'affection de longue durée", [one for one in lines if not one.ald]),
    ]


def _drugs(lines: Sequence[DrugLine]) -> PdfTable:
    rows = tuple((_product(line), _posology(line), _quantity(line)) for line in lines)
    return PdfTable(("Médicament", "Posologie", "Quantité"), rows, (4, 5, 3))


def _product(line: DrugLine) -> str:
    refused = "" if line.substitution_allowed else f"Non substituable ({line.substitution_reason})"
    flags = ", ".join(flag.heading for flag in FLAGS if getattr(line, flag.field))
    return "\n".join(one for one in (line.name, _label(line.route), refused, flags) if one)


def _posology(line: DrugLine) -> str:
    steps = [f"– {_step(step)}" for step in (line.structured.steps if line.structured else ())]
    duration = f"Pendant {line.duration_days} jours" if line.duration_days else ""
    return "\n".join(one for one in (line.posology, *steps, duration, line.patient_note, line.dispenser_note) if one)


def _quantity(line: DrugLine) -> str:
    told = {None: "Renouvelable sans limite", 0: "Non renouvelable"}
    renewals = told.get(line.renewals, f"À renouveler {line.renewals} fois")
    return f"{line.quantity} {(_label(line.unit) or BOX.label).lower()}(s)\n{renewals}"


def _step(step: Dosage) -> str:
    amounts = (step.dose.low, step.dose.high) if step.dose else ()
    dose = " à ".join(dict.fromkeys(_amount(one) for one in amounts if one))
    days = f"pendant {step.days} jours" if step.days else ""
    return ", ".join(one for one in (step.frequency, dose, days) if one)


def _amount(quantity: Quantity) -> str:
    return f"{quantity.value} {_UNITS.get(quantity.unit, quantity.unit.strip('{}'))}".strip()


def _device(one: DeviceLine) -> str:
    rental = f", location {one.rental_days} jours" if one.rental_days else ""
    code = f" [LPP {one.lpp.code}]" if one.lpp else ""
    return f"{one.name}{code} : {one.quantity}{rental}"


def _label(code: Code | None) -> str:
    return code.label if code else ""


def _day(text: str) -> str:
    return "/".join(reversed(text.split("-")))


def _yes(value: bool) -> str:
    return "Oui" if value else "Non"


def _found(value: object) -> str:
    return value.label if isinstance(value, Code) else str(value)
