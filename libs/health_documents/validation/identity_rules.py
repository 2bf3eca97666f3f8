"""Rules on the patient: the INS, its root and key, the traits and their qualifiers.

Source: specs/cda.md §3.4 and §4, specs/insi.md §4, specs/requirements.md §2.1 (rule 1); confidence high. Knows no
directory: whether the person exists is not judged.
"""

from __future__ import annotations

import re

from lxml import etree

from health_documents.cda.read.parts import attribute, child, children, text_of
from health_documents.codes.systems import SEXES
from health_documents.identifiers import ROOTS_OF_INS, matricule_is_valid
from health_documents.validation.rules import Faults, fault
from health_documents.validation.source import CdaSource

__all__ = ["identity_rules"]

_MATRICULE = re.compile(r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{8}")
_COG = re.compile(r"[0-9][0-9AB][0-9]{3}")
_TRAIT = re.compile(r"[A-Z][A-Z '\-]*")
_QUALIFIERS = ("BR", "CL")
_BIRTH_DATE = re.compile(r"[0-9]{8}([0-9+\-].*)?")


def identity_rules(source: CdaSource) -> Faults:
    """Yield the faults of the patient."""
    targets = children(source.root, "recordTarget")
    if len(targets) > 1:
        yield fault("CDA-INS-11", targets[1], f"{len(targets)} recordTarget", "un seul")
    role = child(source.root, "recordTarget/patientRole")
    if role is None:
        yield fault("CDA-INS-01", source.root, "recordTarget absent")
        return
    ids = children(role, "id")
    qualified = [one for one in ids if one.get("root") in ROOTS_OF_INS]
    yield from _matricule(role, ids, qualified)
    person = child(role, "patient")
    if person is None:
        yield fault("CDA-INS-05", role, "patient absent")
        return
    yield from _sex(person)
    if qualified:
        yield from _names(person)
        yield from _birth(person)


def _matricule(role: etree._Element, ids: list[etree._Element], qualified: list[etree._Element]) -> Faults:
    for one in ids:
        value = one.get("extension", "")
        if one.get("root") not in ROOTS_OF_INS and len(value) == 15 and matricule_is_valid(value):
            yield fault("CDA-INS-02", one, one.get("root", ""), ", ".join(sorted(ROOTS_OF_INS)))
            return
    if not qualified:
        yield fault("CDA-INS-01", role, "aucun identifiant sous une racine de l'INS")
    for one in qualified:
        value = one.get("extension", "")
        if not _MATRICULE.fullmatch(value):
            yield fault("CDA-INS-03", one, value or "extension absente", "13 caractères et 2 chiffres de clé")
        elif not matricule_is_valid(value):
            yield fault("CDA-INS-04", one, value, "une clé juste")


def _sex(person: etree._Element) -> Faults:
    code = attribute(person, "administrativeGenderCode", "code")
    if code not in SEXES:
        yield fault("CDA-INS-07", child(person, "administrativeGenderCode"), code or "absent", "M, F ou UN")


def _names(person: etree._Element) -> Faults:
    name = child(person, "name")
    parts = {
        "family BR": text_of(child(name, "family[@qualifier='BR']")),
        "given BR": text_of(child(name, "given[@qualifier='BR']")),
        "given": " ".join(text_of(one) for one in children(name, "given") if one.get("qualifier") is None),
    }
    for label, value in parts.items():
        if not value:
            yield fault("CDA-INS-05", person if name is None else name, f"{label} absent")
        elif not _TRAIT.fullmatch(value):
            yield fault("CDA-INS-10", name, value, "majuscules sans accent, espace, tiret, apostrophe")
    for family in children(name, "family"):
        if family.get("qualifier") not in _QUALIFIERS:
            yield fault("CDA-INS-05", family, family.get("qualifier") or "family sans qualifier", "BR ou CL")
    first, names = parts["given BR"], parts["given"]
    if first and names and not _plain(names).startswith(_plain(first)):
        yield fault("CDA-INS-09", name, f"{first} / {names}")


def _plain(text: str) -> str:
    return re.sub(r"[-' ]+", " ", text.upper())


def _birth(person: etree._Element) -> Faults:
    born = attribute(person, "birthTime", "value")
    if not _BIRTH_DATE.fullmatch(born):
        yield fault("CDA-INS-06", child(person, "birthTime"), born or "birthTime absent", "AAAAMMJJ")
    place = child(person, "birthplace/place/addr/county")
    if not _COG.fullmatch(text_of(place)):
        yield fault("CDA-INS-08", person if place is None else place, text_of(place) or "absent", "cinq caractères")
