"""The card ANN-A: the directory loaded, kept up to date, searched by nine criteria, missed, and away for a while.

Source: specs/requirements.md §3.4; specs/mssante.md §4.1, §9.1.
"""

from __future__ import annotations

from dataclasses import replace

from lgo_client.cli_words import counted
from lgo_client.environment import Person
from lgo_client.journeys.mss_office import MailOffice
from lgo_client.journeys.steps import expect
from lgo_client.mss.book import Book, Changes
from lgo_client.mss.directory import Criteria, Directory, DirectoryUnavailable

__all__ = ["directory"]

LGO, ANNUAIRE, SANDBOX = "LGO", "Annuaire Santé", "Testeur"
SIZE = "1000"
"""Generated professionals beside the sandbox's own: some pages of a whole load."""
DAY = 24 * 3600
DOCTOR, MOVED = "generaliste", "adjoint"
NEW_MAILBOX = "t.castelnau@pharmacien.mssante.fr"
ABSENT = "medecin-voisine"
"""Whom the extraction has and the API lacks."""


def directory(office: MailOffice) -> None:
    """ANN-A: load, update, unit searches, a number that is missing, an outage and what is tried again."""
    office.set(annuaire_size=SIZE)
    asked = office.directory()
    book = Book(office.folder / "poste" / "annuaire.sqlite", office.workplace)
    try:
        _loaded(office, book, asked)
        _searched(office, asked)
        _missing(office, book, asked)
        _away(office, book, asked)
        office.keep_calls("appels.txt", "annuaire")
    finally:
        book.close()


def _loaded(office: MailOffice, book: Book, asked: Directory) -> None:
    moved = office.environment.person(MOVED)
    with office.teller.step(LGO, ANNUAIRE, "Chargement entier, page par page (FULL)") as step:
        whole = book.load(asked)
        step.outcome = f"{whole.came} boîtes, {_calls(office)} appels"
        expect(bool(book.search(office.environment.person(DOCTOR).family_name)), "la généraliste n'est pas chargée")
    with office.teller.step(SANDBOX, ANNUAIRE, f"{moved.name} change de boîte") as step:
        path = f"mss/directory/{moved.national_id}"
        office.control.resource(path, "POST", {"mailbox": NEW_MAILBOX})
        step.outcome = f"{moved.mailbox} devient {NEW_MAILBOX}"
    with office.teller.step(LGO, ANNUAIRE, "Mise à jour : seule la différence est demandée (DELTA)") as step:
        step.outcome = _told(book.delta(asked), office)
        known = {one.address for one in book.search(moved.family_name)}
        expect(NEW_MAILBOX in known and moved.mailbox not in known, f"boîtes connues : {', '.join(sorted(known))}")
    with office.teller.step(LGO, ANNUAIRE, "La nuit suivante, la mise à jour recommence (DELTA)") as step:
        office.day.let_pass(DAY)
        step.outcome = _told(book.delta(asked), office)


def _calls(office: MailOffice) -> int:
    return office.operations().count("annuaire-search")


def _told(changes: Changes, office: MailOffice) -> str:
    expect(not changes.whole, "tout a été rechargé")
    return (
        f"{changes.came} de plus, {changes.went} de moins, {changes.changed} autres qu'avant, {_calls(office)} appels"
    )


def _criteria(office: MailOffice, person: Person) -> dict[str, Criteria]:
    place = office.environment.structure(person.structure)
    profession, _, specialty = person.specialty.removeprefix("G15_").partition("/")
    return {
        "RPPS": Criteria(rpps=_rpps(person)),
        "nom d'exercice": Criteria(family=person.family_name),
        "prénom d'exercice": Criteria(given=person.given_name),
        "profession": Criteria(profession=profession, family=person.family_name),
        "spécialité": Criteria(specialty=specialty, family=person.family_name),
        "raison sociale": Criteria(structure=place.name),
        "code postal": Criteria(postal_code=place.postal_code),
        "commune": Criteria(city=place.city),
        "adresse MSSanté": Criteria(mailbox=person.mailbox),
    }


def _rpps(person: Person) -> str:
    """Return the number without the digit that says that it is one: 8 before a RPPS (PS_IdNat)."""
    return person.national_id.removeprefix("8")


def _searched(office: MailOffice, asked: Directory) -> None:
    person = office.environment.person(DOCTOR)
    for name, criteria in _criteria(office, person).items():
        with office.teller.step(LGO, ANNUAIRE, f"Recherche par critère : {name}") as step:
            found = asked.find(criteria)
            addresses = {one.address for one in found}
            expect(person.mailbox in addresses, f"{person.mailbox} n'est pas parmi les {len(found)} boîtes trouvées")
            step.outcome = f"{counted(len(found), 'boîte')}, dont {person.mailbox}"
    with office.teller.step(LGO, ANNUAIRE, "Deux critères qui se contredisent : personne") as step:
        other = replace(Criteria(family=person.family_name), city="AILLEURS-SUR-MER")
        expect(not asked.find(other), "quelqu'un a été trouvé")
        step.outcome = "aucune boîte"


def _missing(office: MailOffice, book: Book, asked: Directory) -> None:
    absent = office.environment.person(ABSENT)
    with office.teller.step(
        LGO, ANNUAIRE, "Création d'un utilisateur : son RPPS manque à l'API (appel unitaire)"
    ) as step:
        office.set(annuaire_gaps="lacking")
        expect(not asked.find(Criteria(rpps=_rpps(absent))), "le RPPS est trouvé")
        step.outcome = f"RPPS {_rpps(absent)} absent : l'utilisateur n'est pas créé"
    with office.teller.step(LGO, ANNUAIRE, "L'extraction, elle, le connaît") as step:
        book.load_extraction(asked.extraction())
        found = [one for one in book.search(absent.family_name) if one.address == absent.mailbox]
        expect(bool(found), f"{absent.mailbox} n'est pas dans l'extraction")
        step.outcome = f"{found[0].name}, {found[0].address}"
    with office.teller.step(LGO, ANNUAIRE, "L'API complétée, il est trouvé") as step:
        office.set(annuaire_gaps=None)
        found = asked.find(Criteria(rpps=_rpps(absent)))
        expect(bool(found), "le RPPS n'est pas trouvé")
        step.outcome = found[0].address


def _away(office: MailOffice, book: Book, asked: Directory) -> None:
    person = office.environment.person(DOCTOR)
    with office.teller.step(SANDBOX, ANNUAIRE, "L'annuaire ne répond plus : c'est dit, l'annuaire gardé sert") as step:
        office.arm("named", "gateway-bad", operation="annuaire-search", times=1)
        told = ""
        try:
            asked.find(Criteria(rpps=_rpps(person)))
        except DirectoryUnavailable as error:
            told = str(error)
        expect(bool(told), "la panne n'est pas dite")
        expect(bool(book.search(person.family_name)), "l'annuaire gardé ne sert pas")
        step.outcome = told
    with office.teller.step(LGO, ANNUAIRE, "Le même appel, repris après la panne") as step:
        found = asked.find(Criteria(rpps=_rpps(person)))
        expect(bool(found), "personne n'est trouvé")
        step.outcome = found[0].address
