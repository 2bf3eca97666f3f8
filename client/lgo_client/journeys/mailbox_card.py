"""The card MSS-J: a mailbox opened by Pro Santé Connect, set up by itself, dropped and opened again, closed with PSC.

Source: specs/requirements.md §3.2; specs/mssante.md §1.1.
"""

from __future__ import annotations

import re
from typing import Any

from lgo_client.cli_words import counted
from lgo_client.environment import Environment
from lgo_client.journeys.mss_office import MailOffice
from lgo_client.journeys.steps import expect
from lgo_client.mss.autoconfig import configured_by
from lgo_client.mss.desk import MailDesk
from lgo_client.mss.errors import MssUnavailable, NotLoggedIn
from lgo_client.mss.mails import Letter
from lgo_client.outbox import State
from lgo_client.transport import http_client

__all__ = ["psc_mailbox"]

LGO, MSS, PSC, SANDBOX = "LGO", "MSSanté", "Pro Santé Connect", "Testeur"
DOCTOR = "generaliste"
TOKEN_DEAD = 125.0
"""Seconds after which an access token has expired."""
SESSION_DEAD = 4 * 3600.0
"""Seconds after which a session of Pro Santé Connect has ended."""
NOTICED = 1.5
"""Seconds within which the operator learns of that end."""
_XOAUTH2 = re.compile(r"user=[^\x01]+@[^\x01]+\x01auth=Bearer [^\x01\s]+\x01\x01")


def psc_mailbox(office: MailOffice) -> None:
    """MSS-J: autoconfiguration, XOAUTH2, a token that expires, a session dropped, an operator in trouble, the end."""
    office.set(session_end="keep")
    environment = _configured(office)
    desk = office.desk_at(environment)
    _opened(office, desk)
    _structure(office, environment)
    _expired(office, desk)
    _dropped(office, desk)
    _troubled(office, desk)
    _ended(office, desk)
    office.keep_calls("dialogues.txt", "smtp", "imap")


def _configured(office: MailOffice) -> Environment:
    mailbox = office.environment.person("titulaire").mailbox
    with office.teller.step(LGO, MSS, "Configuration automatique du domaine de la boîte (config-v1.1.xml)") as step:
        with http_client(office.environment.ca) as http:
            found, octets = configured_by(http, office.environment.url("annuaire"), mailbox)
        office.evidence.save("config-v1.1.xml", octets)
        step.outcome = f"IMAP {found.imap}, SMTP {found.smtp}, STARTTLS, OAuth2"
    return found.applied(office.environment)


def _logins(office: MailOffice) -> list[dict[str, Any]]:
    """Return the logins since it was last asked for anything."""
    return [one["facts"]["MailLogin"] for one in office.exchanges() if "MailLogin" in one["facts"]]


def _letter(office: MailOffice, desk: MailDesk, subject: str) -> None:
    desk.write(Letter((office.environment.person(DOCTOR).mailbox,), subject, "Bonjour docteur.\r\n"))


def _both_ways(office: MailOffice, desk: MailDesk, subject: str) -> str:
    """Send and receive, and say how both doors were opened."""
    office.exchanges()
    _letter(office, desk, subject)
    office.leave(desk)
    desk.receive()
    logins = _logins(office)
    how = {one["mechanism"] for one in logins}
    expect(len(logins) >= 2 and how == {"XOAUTH2"}, f"authentifications : {', '.join(sorted(how)) or 'aucune'}")
    expect(all(one["opened_by"] for one in logins), "une authentification a échoué")
    return "AUTH XOAUTH2 pour l'envoi, AUTHENTICATE XOAUTH2 pour la relève"


def _opened(office: MailOffice, desk: MailDesk) -> None:
    with office.teller.step(LGO, PSC, "Connexion de la titulaire : le jeton ouvrira sa boîte") as step:
        response = desk.operator.account.xoauth2()
        expect(bool(_XOAUTH2.fullmatch(response)), "la réponse XOAUTH2 n'a pas sa forme")
        step.outcome = f"user={desk.mailbox}^Aauth=Bearer <jeton>^A^A"
    with office.teller.step(LGO, MSS, "Boîte personnelle : un envoi et une relève") as step:
        step.outcome = _both_ways(office, desk, "Premier essai")


def _structure(office: MailOffice, environment: Environment) -> None:
    with office.teller.step(LGO, MSS, "Boîte de la structure, par le même jeton : un envoi et une relève") as step:
        desk = office.desk_at(environment, of_structure=True)
        step.outcome = f"{desk.mailbox} : {_both_ways(office, desk, 'Fermeture exceptionnelle')}"


def _expired(office: MailOffice, desk: MailDesk) -> None:
    with office.teller.step(SANDBOX, PSC, "Deux minutes passent : le jeton d'accès expire") as step:
        before = office.session().refreshed
        office.day.let_pass(TOKEN_DEAD)
        _both_ways(office, desk, "Deux minutes plus tard")
        expect(office.session().refreshed == before + 1, "le jeton n'a pas été rafraîchi")
        step.outcome = "jeton rafraîchi sans rien demander, boîte ouverte"
    with office.teller.step(SANDBOX, MSS, "L'opérateur refuse un jeton : le message attend, puis part") as step:
        office.arm("named", "token-refused", operation="smtp-auth", times=1)
        _letter(office, desk, "Jeton refusé")
        expect(not desk.send(), "l'opérateur n'a pas refusé")
        step.outcome = "; ".join(one.said for one in desk.queue.all(State.WAITING))
        office.leave(desk)


def _dropped(office: MailOffice, desk: MailDesk) -> None:
    standing = office.standing(desk)
    with office.teller.step(SANDBOX, MSS, "L'opérateur coupe la connexion : elle est rouverte d'elle-même") as step:
        standing.box().open()
        office.arm("reset", operation="imap-noop", times=1)
        standing.box().open()
        expect(standing.openings == 2, f"ouvertures : {standing.openings}")
        step.outcome = "rouverte, sans rien demander à l'utilisateur"
    standing.close()
    with office.teller.step(SANDBOX, MSS, "Coupure pendant la relève : rien n'est perdu ni doublé") as step:
        office.arm("reset", operation="imap-select", times=1)
        before = len(desk.mails())
        came = desk.receive_all(office.pause)
        expect(len(desk.mails()) == before + came, "un message manque ou est en double")
        expect(desk.receive() == 0, "un message est relevé deux fois")
        step.outcome = f"{counted(came, 'message')} dans la boîte, une fois"


def _troubled(office: MailOffice, desk: MailDesk) -> None:
    doctor = office.environment.person(DOCTOR).mailbox
    with office.teller.step(SANDBOX, MSS, "L'opérateur répond 451, puis 421 : la file attend et repart") as step:
        office.arm("status", 451, operation="smtp-message", times=1)
        office.arm("status", 421, operation="smtp-mail", times=1)
        _letter(office, desk, "Opérateur indisponible")
        tries: list[float] = []

        def pause(seconds: float) -> None:
            tries.append(seconds)
            office.pause(seconds)

        desk.send_all(pause)
        expect(len(tries) == 2 and not desk.queue.all(State.ASIDE), f"{len(tries)} nouveaux essais")
        step.outcome = "parti au troisième essai"
    with office.teller.step(SANDBOX, MSS, "La connexion tombe après le dernier octet : pas de double envoi") as step:
        office.arm("reset", operation="smtp-message", times=1)
        _letter(office, desk, "Réponse perdue")
        desk.send_all(office.pause)
        held = [one for one in office.came(doctor) if one.header("Subject") == "Réponse perdue"]
        expect(len(held) == 1, f"reçu {len(held)} fois")
        step.outcome = desk.queue.all(State.SENT)[-1].said or "reçu une fois"
    with office.teller.step(SANDBOX, MSS, "L'opérateur est lent, puis refuse un message (554)") as step:
        office.arm("delay", office.latency, operation="smtp-message", times=1)
        office.arm("status", 554, operation="smtp-rcpt", times=1)
        _letter(office, desk, "Message refusé")
        _letter(office, desk, "Message suivant")
        expect(desk.send(), "la file est bloquée")
        aside = desk.queue.all(State.ASIDE)
        expect([one.title for one in aside] == ["Message refusé"], f"{len(aside)} mis de côté")
        step.outcome = f"mis de côté : {aside[0].said} ; le suivant est parti"
        desk.queue.withdraw(aside[0].number)


def _ended(office: MailOffice, desk: MailDesk) -> None:
    standing = office.standing(desk)
    with office.teller.step(SANDBOX, PSC, "Quatre heures passent : la session Pro Santé Connect est finie") as step:
        standing.box()
        office.day.let_pass(SESSION_DEAD)
        office.pause(NOTICED)
        step.outcome = "le jeton de rafraîchissement n'est plus valable ; l'opérateur, lui, garde la connexion"
    with office.teller.step(LGO, MSS, "Le logiciel ferme lui-même sa connexion, et n'en ouvre pas d'autre") as step:
        office.exchanges()
        told = ""
        try:
            standing.box()
        except NotLoggedIn as error:
            told = str(error)
        expect(bool(told) and not standing.is_open, "la connexion est restée ouverte")
        _letter(office, desk, "Sans session")
        expect(not desk.send(), "un message est parti sans session")
        expect(not office.taken(), "un message est parti sans session")
        step.outcome = told
    with office.teller.step(LGO, PSC, "Nouvelle connexion de la titulaire : tout reprend, le message part") as step:
        office.forget("titulaire")
        office.leave(desk)
        try:
            standing.box()
        except MssUnavailable as error:
            expect(False, f"la boîte ne rouvre pas : {error}")
        standing.close()
        step.outcome = f"{len(desk.queue.all(State.SENT))} messages envoyés en tout"
