"""The card MSS-A: operators in old TLS, with weak suites or bad certificates, each refused; the good one is not.

Source: specs/requirements.md §3.2. Plays at the sandbox's own doors, because what comes before any login is told in
their session; opens the servers to refuse when nobody did, and closes them then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from lgo_client.environment import Environment
from lgo_client.journeys.mss_office import MailOffice
from lgo_client.journeys.steps import expect
from lgo_client.mss.desk import MailDesk
from lgo_client.mss.doors import Account, Envelope, Mailbox, submit
from lgo_client.mss.errors import MssUnavailable
from lgo_client.mss.mails import Letter, write_letter, written
from lgo_client.mss.trust import Trust

__all__ = ["tls_matrix"]

LGO, MSS, SANDBOX = "LGO", "MSSanté", "Testeur"
DOCTOR = "generaliste"
UNREACHABLE = "revocation-unreachable"
NOWHERE = "http://127.0.0.1:9"
"""Where nobody answers (the port « discard »)."""
DOORS = ("smtp", "imap")
HOW = "lancez « lgo-sandbox up --bad-servers », ou demandez-les : POST /_sandbox/v1/bad-servers"
NOTHING_IN_COMMON = ("UNEXPECTED_EOF", "UNSUPPORTED_PROTOCOL", "ALERT_PROTOCOL_VERSION", "ALERT_HANDSHAKE_FAILURE")
"""A server that is offered nothing that it speaks hangs up, with an alert or without."""
REASONS = {
    "tls1.0": NOTHING_IN_COMMON,
    "tls1.1": NOTHING_IN_COMMON,
    "weak-suites": NOTHING_IN_COMMON,
    "expired": ("certificate has expired",),
    "not-yet-valid": ("certificate is not yet valid",),
    "revoked": ("certificate revoked",),
    "wrong-ca": ("unable to get local issuer certificate", "self-signed certificate in certificate chain"),
    "self-signed": ("self-signed certificate",),
    "wrong-name": ("certificate is not valid for",),
}
"""What OpenSSL says of each: a refusal counts for its own reason only."""
TOLD_REFUSED = "SANDBOX-SERVEUR-FAUTIF-REFUSE"
PATIENCE = "10"
"""Seconds in which the sandbox writes down what became of a handshake."""


def tls_matrix(office: MailOffice) -> None:
    """MSS-A: one mail to each server of the matrix; only the good one and the one whose CRL is away are spoken to."""
    transcript: list[str] = []
    with _bad_servers(office) as (servers, absent):
        desk = office.desk()
        _good(office, desk, transcript)
        with office.teller.step(LGO, MSS, "Liste de révocation (CRL) de l'autorité : demandée, gardée") as step:
            step.outcome = f"listes à jour : {len(office.trust.lists(fresh=True))}"
        for server in servers:
            if server["weakness"] != UNREACHABLE:
                _refused(office, desk, server, transcript)
        for weakness, why in absent.items():
            with office.teller.step(SANDBOX, SANDBOX, f"Serveur {weakness} : absent de cette installation") as step:
                step.outcome = why
        away = next(one for one in servers if one["weakness"] == UNREACHABLE)
        _lists_away(office, desk, away, transcript)
    office.evidence.save("tls.txt", "\n".join([*transcript, ""]).encode())


@contextmanager
def _bad_servers(office: MailOffice) -> Iterator[tuple[list[dict[str, Any]], Mapping[str, str]]]:
    opened = False
    with office.teller.step(SANDBOX, MSS, "Ouverture des serveurs que le logiciel doit refuser") as step:
        try:
            found = office.control.bad_servers()
            opened = not found["servers"]
            if opened:
                found = office.control.bad_servers("POST")
        except httpx.HTTPError as error:
            expect(False, f"ils ne s'ouvrent pas ({error}) : {HOW}")
        expect(bool(found["servers"]), f"aucun n'est ouvert : {HOW}")
        step.outcome = f"{len(found['servers'])} serveurs{'' if opened else ', ouverts déjà'}"
    try:
        yield found["servers"], found["absent"]
    finally:
        if opened:
            office.control.bad_servers("DELETE")


def _parcel(office: MailOffice, desk: MailDesk, subject: str) -> tuple[Envelope, bytes]:
    to = (office.environment.person(DOCTOR).mailbox,)
    message = write_letter(Letter(to, subject, "Essai de connexion.\r\n"), desk.sender, office.workplace)
    return Envelope(desk.mailbox, to, str(message["Message-ID"]).strip("<>"), receipt=True), written(message)


def _sent(office: MailOffice, desk: MailDesk, environment: Environment, trust: Trust, subject: str) -> None:
    """Send a mail and open the mailbox. Raises MssUnavailable at the first door that is not trusted."""
    account = Account(desk.mailbox, desk.operator.account.token, trust=trust)
    submit(environment, account, *_parcel(office, desk, subject))
    Mailbox(environment, desk.mailbox, "", account).close()


def _held(office: MailOffice, subject: str) -> int:
    doctor = office.environment.person(DOCTOR).mailbox
    return sum(one.header("Subject") == subject for one in office.came(doctor))


def _good(office: MailOffice, desk: MailDesk, transcript: list[str]) -> None:
    with office.teller.step(LGO, MSS, "Le bon opérateur : un message part, la boîte s'ouvre") as step:
        subject = f"Bon opérateur {office.workplace.uuid()}"
        office.exchanges()
        _sent(office, desk, office.environment, office.trust, subject)
        expect(_held(office, subject) == 1, "le message n'est pas arrivé")
        seen = [one["facts"]["MailConnection"] for one in office.exchanges() if "MailLogin" in one["facts"]]
        how = sorted({f"{one['tls_version']} {one['tls_cipher']}" for one in seen})
        transcript.extend(f"{door:<5} bon  accepté : {how[0]}" for door in DOORS)
        step.outcome = ", ".join(how)


def _at(office: MailOffice, server: Mapping[str, Any]) -> Environment:
    return Environment({**office.environment.document, **{door: server["addresses"][door] for door in DOORS}})


def _refused(office: MailOffice, desk: MailDesk, server: Mapping[str, Any], transcript: list[str]) -> None:
    weakness, title, environment = str(server["weakness"]), str(server["title"]), _at(office, server)
    account = Account(desk.mailbox, desk.operator.account.token, trust=office.trust)
    subject = f"Essai {office.workplace.uuid()}"
    attempts: dict[str, Callable[[], None]] = {
        "smtp": lambda: submit(environment, account, *_parcel(office, desk, subject)),
        "imap": lambda: Mailbox(environment, desk.mailbox, "", account).close(),
    }
    with office.teller.step(LGO, MSS, f"{title[:1].upper()}{title[1:]} : refusé") as step:
        office.exchanges()
        for door, attempt in attempts.items():
            said = ""
            try:
                attempt()
            except MssUnavailable as error:
                said = error.said
            expect(bool(said), f"{door.upper()} : le logiciel a parlé à ce serveur")
            expect(
                any(one in said for one in REASONS[weakness]), f"{door.upper()} : refusé pour une autre raison, {said}"
            )
            transcript.append(f"{door:<5} {weakness:<23} {server['addresses'][door]}  refusé : {said}")
        _seen_refused(office, weakness)
        step.outcome = said


def _seen_refused(office: MailOffice, weakness: str) -> None:
    """Demand that the sandbox saw a refusal for this weakness at each door, and no login."""
    seen: list[dict[str, Any]] = []
    while len(seen) < len(DOORS):
        new = office.exchanges(wait=PATIENCE)
        expect(bool(new), f"{weakness} : le bac à sable n'a pas vu de refus")
        expect(
            not any("MailLogin" in one["facts"] for one in new), "le logiciel s'est authentifié auprès de ce serveur"
        )
        seen.extend(one for one in new if TOLD_REFUSED in {finding["check_id"] for finding in one["findings"]})
    expect({one["door"] for one in seen} == {*DOORS}, "un refus manque à une porte")


def _lists_away(office: MailOffice, desk: MailDesk, server: Mapping[str, Any], transcript: list[str]) -> None:
    nowhere = tuple(f"{NOWHERE}/{one.rpartition('/')[2]}" for one in office.trust.places)
    with office.teller.step(SANDBOX, MSS, "La CRL ne répond plus : celle qui est gardée sert, le message part") as step:
        told: list[str] = []
        kept = office.folder / "poste" / "revocation"
        trust = Trust(office.environment.ca, nowhere, kept, office.workplace, told=told.append)
        trust.lists(fresh=True)
        expect(len(told) == len(nowhere), "la CRL a répondu")
        subject = f"CRL absente {office.workplace.uuid()}"
        _sent(office, desk, _at(office, server), trust, subject)
        expect(_held(office, subject) == 1, "le message n'est pas arrivé")
        transcript.append(f"smtp, imap  {UNREACHABLE}  accepté : {told[0]}")
        step.outcome = told[0]
    with office.teller.step(LGO, MSS, "Sans CRL, ni fraîche ni gardée : aucune connexion") as step:
        trust = Trust(office.environment.ca, nowhere, office.folder / "poste" / "rien", office.workplace)
        said = ""
        try:
            _sent(office, desk, _at(office, server), trust, "Sans CRL")
        except MssUnavailable as error:
            said = error.said
        expect("non vérifiable" in said, "le logiciel a parlé à un opérateur qu'il ne peut pas juger")
        step.outcome = said
