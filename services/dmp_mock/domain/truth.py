"""Whether a VIHF tells the truth: each value compared with the card, the certificate and the directory.

Source: docs/sources/dmp.md#vihf-roles, #vihf-secteur, #vihf-nom, #vihf-authentification, #vihf-secrete, #vihf-motif.
What the real DMP makes of a contradiction is not known, but for those that ``trust`` and ``directory`` refuse: here it
is told always, and refused by option. Whoever the directory does not know is contradicted by nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from dmp_mock.codes import truth as codes
from dmp_mock.codes import vihf as names
from dmp_mock.codes.truth import Topic
from dmp_mock.codes.vihf import Mode
from dmp_mock.domain.errors import Refused
from dmp_mock.domain.names import same_name
from dmp_mock.domain.values import Coded
from dmp_mock.domain.vihf import Vihf
from lgo_sandbox.population.people import Patient, Professional, Structure

__all__ = ["Contradiction", "Known", "age_of", "contradictions", "refuse_first"]

_ROLE = f"VIHF, attribut {names.ROLE}"
_CLASS, _DECLARED = "VIHF, AuthnContextClassRef", "VIHF, AuthnContextDecl"
_DRIFT = timedelta(minutes=1)
"""How much AuthnInstant may follow IssueInstant: the published samples write it some milliseconds later."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the VIHF; None is unknown here. ``signer`` is the subject of the certificate that vouches.

    ``majority`` is the age of majority and ``minors`` whether the functions for minors are open, of the parameter file.
    """

    professional: Professional | None
    structure: Structure | None
    patient: Patient | None
    today: date
    signer: str = ""
    majority: int = 18
    minors: bool = True


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A value of the VIHF that something else belies: what came, what is known, what to change."""

    topic: Topic
    where: str
    received: str
    expected: str
    remedy: str


def contradictions(vihf: Vihf, known: Known) -> tuple[Contradiction, ...]:
    """Return every contradiction of a VIHF whose attributes are right."""
    return tuple(found for rule in _RULES for found in rule(vihf, known))


def refuse_first(found: tuple[Contradiction, ...]) -> None:
    """Raise Refused for the first contradiction, if there is one."""
    for one in found:
        raise Refused(
            "vihf-truth",
            f"{one.received} au lieu de {one.expected}",
            received=one.received,
            expected=one.expected,
            where=one.where,
            remedy=one.remedy,
        )


# --- the professional


def _profession(vihf: Vihf, known: Known) -> Iterator[Contradiction]:
    person, first = known.professional, vihf.roles[0]
    if person is None or first.scheme == names.G16:
        return
    if person.profession and (first.scheme != names.G15 or first.code != person.profession):
        yield Contradiction(
            Topic.ROLE,
            _ROLE,
            f"{_shown(first)} pour {person.national_id}",
            f"{person.profession} ({names.G15}), {person.label}",
            f"Mettez {person.profession}, la profession de l'annuaire, dans le premier rôle.",
        )
    elif not person.profession and first.scheme == names.G15:
        yield Contradiction(
            Topic.ROLE,
            _ROLE,
            f"{_shown(first)} pour {person.national_id}",
            f"un acteur de TRE_A00 ({names.OTHER_ACTORS}) : {person.label}",
            "Mettez un rôle de TRE_A00 : l'annuaire ne connaît aucune profession de santé à cette personne.",
        )


def _second_role(vihf: Vihf, known: Known) -> Iterator[Contradiction]:
    person, first = known.professional, vihf.roles[0]
    if person is None or first.scheme != names.G15 or first.code != person.profession:
        return
    for system, own, what in (
        (names.G05, person.section, "la section de l'Ordre"),
        (names.R01, person.savoir_faire, "le savoir-faire"),
    ):
        told = [role.code for role in vihf.roles[1:] if role.scheme == system]
        if told and told != [own]:
            yield Contradiction(
                Topic.ROLE,
                _ROLE,
                f"{', '.join(told)} ({system}) pour {person.national_id}",
                f"{own} ({system}), {person.label}" if own else f"aucun rôle de {system} : {person.label}",
                f"Mettez {own}, {what} de l'annuaire, dans le second rôle." if own else f"Retirez {what} des rôles.",
            )


def _name(vihf: Vihf, known: Known) -> Iterator[Contradiction]:
    person, told = known.professional, vihf.text(names.SUBJECT_ID)
    if person is not None and told and not _words(person.family_name) <= _words(told):
        yield Contradiction(
            Topic.NAME,
            f"VIHF, attribut {names.SUBJECT_ID}",
            f"« {told[:80]} » pour {person.national_id}",
            f"le nom du professionnel : {person.given_name} {person.family_name}",
            "Mettez dans subject-id le nom de la personne que nomme NameID.",
        )


def _words(text: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()
    return set(re.findall("[A-Z0-9]+", plain))


def _shown(role: Coded) -> str:
    return f"{role.code} ({role.scheme})"


# --- the structure


def _sector(vihf: Vihf, known: Known) -> Iterator[Contradiction]:
    place, told = known.structure, vihf.text(names.SECTOR).partition("^")[0]
    if place is not None and told != place.sector:
        yield Contradiction(
            Topic.SECTOR,
            f"VIHF, attribut {names.SECTOR}",
            f"{told} pour la structure {place.id_nat}",
            f"{place.sector}^{names.SECTOR_SYSTEM}",
            f"Mettez {place.sector}, le secteur d'activité de l'annuaire.",
        )


def _purpose(vihf: Vihf, known: Known) -> Iterator[Contradiction]:
    place = known.structure
    if place is not None and vihf.purpose == "centre_15" and place.sector in codes.OFFICINE_SECTORS:
        yield Contradiction(
            Topic.PURPOSE,
            f"VIHF, attribut {names.PURPOSE}",
            f"centre_15 pour une officine ({place.sector})",
            "normal, ou bris_de_glace quand l'urgence le justifie",
            "Gardez centre_15 à la régulation médicale ; mettez normal.",
        )


def _issuer(vihf: Vihf, known: Known) -> Iterator[Contradiction]:
    if known.signer and not same_name(vihf.issuer, known.signer):
        yield Contradiction(
            Topic.ISSUER,
            "VIHF, Issuer",
            vihf.issuer[:300],
            known.signer,
            "Mettez dans Issuer le sujet du certificat signataire (RFC 2253).",
        )


# --- the authentication


def _means(vihf: Vihf, _known: Known) -> Iterator[Contradiction]:
    told = vihf.authn_class
    if told in (codes.SIMPLIFIED, *codes.DECLARED) and vihf.mode is Mode.AIR:
        return
    if not told.startswith(codes.CLASSES):
        yield _about_means(told, f"une classe de SAML 2.0 : {codes.CLASSES}…")
    elif vihf.mode is Mode.DIRECT and told != codes.SMARTCARD:
        yield _about_means(f"{told} en DIRECTE", f"{codes.SMARTCARD} : la carte authentifie")
    elif vihf.mode is Mode.AIR and told in codes.WEAK_CLASSES:
        yield _about_means(f"{told} en INDIRECTE_RENFORCEE", "un moyen à deux facteurs, comme SmartcardPKI")


def _about_means(received: str, expected: str) -> Contradiction:
    remedy = "Déclarez dans AuthnContextClassRef le moyen par lequel l'utilisateur s'est authentifié."
    return Contradiction(Topic.AUTHENTICATION, _CLASS, received[:200], expected, remedy)


def _declared(vihf: Vihf, _known: Known) -> Iterator[Contradiction]:
    told = vihf.authn_decl
    known = " ou ".join(sorted(codes.DECLARED))
    if vihf.mode is not Mode.AIR:
        if told == codes.SIMPLIFIED:
            yield _about_declared(f"{told} en {vihf.mode}", f"{told} en INDIRECTE_RENFORCEE seulement")
    elif not told and vihf.authn_class not in codes.DECLARED:
        yield _about_declared("absent", f"la méthode d'authentification primaire : {known} (EX_AIR-050)")
    elif told and told not in codes.DECLARED and not told.startswith(codes.CLASSES):
        yield _about_declared(told[:200], f"{known}, ou une classe de SAML 2.0 (EX_AIR-050)")


def _about_declared(received: str, expected: str) -> Contradiction:
    remedy = f"Déclarez la méthode en AIR : la seule valeur {codes.SIMPLIFIED} pour AIR simplifié."
    return Contradiction(Topic.AUTHENTICATION, _DECLARED, received, expected, remedy)


def _instants(vihf: Vihf, _known: Known) -> Iterator[Contradiction]:
    issued, authenticated = vihf.issued, vihf.authn_instant
    if issued and authenticated and authenticated - issued > _DRIFT:
        yield Contradiction(
            Topic.AUTHENTICATION,
            "VIHF, AuthnInstant",
            f"{authenticated:%Y-%m-%dT%H:%M:%SZ}",
            f"au plus tard IssueInstant, {issued:%Y-%m-%dT%H:%M:%SZ}",
            "Mettez dans AuthnInstant le moment où l'utilisateur s'est authentifié, avant l'émission du VIHF.",
        )


# --- the patient


def _secret(vihf: Vihf, known: Known) -> Iterator[Contradiction]:
    if names.CONFIDENTIALITY not in vihf.texts:
        return
    age = age_of(known.patient.birth_date, known.today) if known.patient else None
    if not vihf.secret:
        yield _about_secret("un attribut vide", "une valeur, ou pas d'attribut", "Retirez cet attribut vide.")
    elif not known.minors:
        yield _about_secret(
            "une connexion secrète",
            "aucune : fonctions-gestion-mineurs vaut non dans param-lps",
            "Lisez param-lps, et n'ouvrez pas les fonctions pour mineurs quand il les ferme.",
        )
    elif age is not None and age >= known.majority:
        yield _about_secret(
            f"une connexion secrète pour une personne de {age} ans",
            f"un mineur (moins de {known.majority} ans dans param-lps)",
            "Retirez confidentiality-code pour une personne majeure.",
        )


def _about_secret(received: str, expected: str, remedy: str) -> Contradiction:
    return Contradiction(Topic.SECRET, f"VIHF, attribut {names.CONFIDENTIALITY}", received, expected, remedy)


def age_of(birth_date: str, today: date) -> int | None:
    """Return the age of a person, from a date of birth that may be lunar; None without a year."""
    year, month, day = (int(part) if part.isdecimal() else 0 for part in (*birth_date.split("-"), "", "")[:3])
    return today.year - year - ((today.month, today.day) < (month, day)) if year else None


_RULES: tuple[Callable[[Vihf, Known], Iterator[Contradiction]], ...] = (
    _profession,
    _second_role,
    _name,
    _sector,
    _purpose,
    _issuer,
    _means,
    _declared,
    _instants,
    _secret,
)
