"""Connections, logins, configuration.

Source: docs/sources/mssante.md (Connexion à l'opérateur), docs/sources/transport.md (Courriel). Pure functions of facts
and of the session's past.
"""

from __future__ import annotations

from collections.abc import Callable

from lgo_sandbox.watch.causes import Struck
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.history import Past
from lgo_sandbox.watch.refusals import Refusal
from mss_mock.checks.wording import LOGIN, MESSAGE
from mss_mock.codes import SERVICE_CLOSING as CLOSING
from mss_mock.codes import BoxKind
from mss_mock.codes.login_replies import LOGIN_REPLIES
from mss_mock.facts import Autoconfigured, ImapCommand, MailConnection, MailEnvelope, MailLogin, Outlived

__all__ = ["CONNECTION_CHECKS"]

IN_CLEAR = "SANDBOX-AUTH-AVANT-STARTTLS"
_MALFORMED = frozenset({"sasl-xoauth2", "sasl-utf8"})
_CREDENTIALS = frozenset(row[0] for row in LOGIN_REPLIES) - _MALFORMED - {"psc-indisponible"}
_ACCEPTED = frozenset({"TLSv1.2", "TLSv1.3"})


# TLS


def _encrypted(seen: Observed[MailConnection]) -> Outcome:
    return seen.facts.tls_version in _ACCEPTED


TLS = Check(
    id="MSS-TLS",
    title="Échanges avec l'opérateur dans TLS",
    reads=MailConnection,
    test=_encrypted,
    source="docs/sources/mssante.md#tls",
    remedy="Négocier TLS 1.2 au moins.",
    requirements=("LGO.MSS.01", "MSS/CONF.01", "MSS/CONF.02"),
    operations=LOGIN | MESSAGE,
    aliases=("mss.tls",),
)


def _clear(seen: Observed[Refusal]) -> Outcome:
    refusal = seen.facts
    return refusal.code == IN_CLEAR and Violation(
        refusal.received, refusal.expected, "identifiants présentés avant STARTTLS", where=refusal.where
    )


CLEAR = Check(
    id="MSS-CLEAR-LOGIN",
    title="Aucune authentification avant STARTTLS",
    reads=Refusal,
    test=_clear,
    source="docs/sources/transport.md#auth-avant-starttls",
    remedy="Envoyez STARTTLS, faites la poignée de main, puis seulement AUTH ou AUTHENTICATE.",
    requirements=("LGO.MSS.01", "MSS/CONF.01"),
)


def _sent(seen: Observed[MailEnvelope]) -> Outcome:
    connection = seen.also(MailConnection)
    return seen.exchange.status == 250 and connection is not None and bool(connection.tls_version)


SMTP_STARTTLS = Check(
    id="MSS-SMTP-STARTTLS",
    title="Émission par SMTP avec STARTTLS",
    reads=MailEnvelope,
    test=_sent,
    source="docs/sources/mssante.md#smtp-starttls",
    remedy="Envoyez par SMTP avec STARTTLS.",
    requirements=("MSS/CONF.05",),
    operations=MESSAGE,
    aliases=("mss.smtp-starttls",),
)


def _fetched(seen: Observed[ImapCommand]) -> Outcome:
    connection = seen.also(MailConnection)
    read = bool(seen.facts.uids) and seen.also(Refusal) is None
    return read and connection is not None and bool(connection.tls_version)


IMAP_STARTTLS = Check(
    id="MSS-IMAP-STARTTLS",
    title="Lecture par IMAP avec STARTTLS",
    reads=ImapCommand,
    test=_fetched,
    source="docs/sources/mssante.md#imap-starttls",
    remedy="Lisez par IMAP avec STARTTLS.",
    requirements=("MSS/CONF.06",),
    operations=frozenset({"imap-fetch"}),
    aliases=("mss.imap-starttls",),
)


# Logins


def _xoauth2(kind: BoxKind) -> Callable[[Observed[MailLogin]], Outcome]:
    """The requirement names both doors and both kinds of mailbox: one mailbox of a kind was opened at both."""

    def test(seen: Observed[MailLogin]) -> Outcome:
        login = seen.facts
        if login.kind is not kind or not _by_token(login):
            return None
        earlier = seen.history.all(MailLogin, about=login.mailbox)
        doors = {past.operation[:4] for past, other in earlier if _by_token(other)}
        return doors | {seen.operation[:4]} >= {"smtp", "imap"} or None

    return test


def _by_token(login: MailLogin) -> bool:
    return login.mechanism == "XOAUTH2" and bool(login.opened_by)


XOAUTH2 = Check(
    id="MSS-XOAUTH2",
    title="Boîte personnelle ouverte en XOAUTH2, en SMTP et en IMAP",
    reads=MailLogin,
    test=_xoauth2(BoxKind.PERSON),
    source="docs/sources/mssante.md#xoauth2",
    remedy="Ouvrez la boîte avec le jeton Pro Santé Connect, en SMTP comme en IMAP.",
    requirements=("MSS/CONF.07",),
    operations=LOGIN,
    aliases=("mss.xoauth2",),
)

XOAUTH2_ORGANISATION = Check(
    id="MSS-XOAUTH2-ORGANISATION",
    title="Boîte organisationnelle ouverte en XOAUTH2, en SMTP et en IMAP",
    reads=MailLogin,
    test=_xoauth2(BoxKind.ORGANISATION),
    source="docs/sources/mssante.md#xoauth2",
    remedy="Ouvrez la boîte de la structure avec le jeton Pro Santé Connect, en SMTP comme en IMAP.",
    requirements=("MSS/CONF.07",),
    operations=LOGIN,
)


def _refused(seen: Observed[Refusal], codes: frozenset[str]) -> Outcome:
    refusal = seen.facts
    return refusal.code in codes and Violation(
        refusal.received, refusal.expected, refusal.message, refusal.remedy, refusal.where
    )


XOAUTH2_FORM = Check(
    id="MSS-XOAUTH2-FORM",
    title="Réponse XOAUTH2 conforme",
    reads=Refusal,
    test=lambda seen: _refused(seen, _MALFORMED),
    source="docs/sources/mssante.md#xoauth2",
    remedy="Composer la réponse SASL avec la boîte et le jeton d'accès PSC, séparés par des octets 01.",
    requirements=("MSS/CONF.07",),
    operations=LOGIN,
)

CREDENTIALS = Check(
    id="MSS-CREDENTIALS",
    title="Authentification acceptée",
    reads=Refusal,
    test=lambda seen: _refused(seen, _CREDENTIALS),
    source="docs/sources/mssante.md#authentification-acceptee",
    remedy="Renouveler le jeton PSC avant d'ouvrir la boîte, et n'ouvrir que la boîte de son titulaire.",
    operations=LOGIN,
    severity=Severity.WARNING,
    aliases=("mss.credentials",),
)


def _initial_response(seen: Observed[MailLogin]) -> Outcome:
    return seen.facts.initial_response and bool(seen.facts.opened_by)


def _reopened(seen: Observed[MailLogin]) -> Outcome:
    """The operator cut a dialogue of this mailbox at this door before: the software is back."""
    login, door = seen.facts, seen.operation[:4]
    return _by_token(login) and any(
        past.operation[:4] == door and _box_of(past) == login.mailbox and (struck.on_the_wire or past.status == CLOSING)
        for past, struck in seen.history.all(Struck)
    )


def _box_of(past: Past) -> str:
    around = past.noted.get(MailEnvelope) or past.noted.get(ImapCommand)
    return around.mailbox if around else ""


REOPENED = Check(
    id="MSS-REOPENED",
    title="Boîte rouverte après une coupure de l'opérateur",
    reads=MailLogin,
    test=_reopened,
    source="docs/sources/mssante.md#fin-de-session",
    remedy="Rouvrez la connexion avec le jeton de la session Pro Santé Connect, sans rien demander à l'utilisateur.",
    requirements=("MSS/CONF.11",),
    operations=LOGIN,
    confidence="M",
)


def _outlived(seen: Observed[Outlived]) -> Outcome:
    if not seen.facts.used:
        return True
    return Violation(
        f"{seen.operation}, par une connexion dont la {seen.facts.because}", "plus rien : QUIT ou LOGOUT à cette fin"
    )


SESSION_END = Check(
    id="MSS-SESSION-END",
    title="Connexion fermée avec la session Pro Santé Connect",
    reads=Outlived,
    test=_outlived,
    source="docs/sources/mssante.md#fin-de-session",
    remedy="Fermez les connexions SMTP et IMAP dès que le jeton de rafraîchissement n'est plus valable.",
    requirements=("MSS/CONF.10",),
    confidence="M",
)

SASL_IR = Check(
    id="MSS-SASL-IR",
    title="Authentification en une commande (préconisation)",
    reads=MailLogin,
    test=_initial_response,
    source="docs/sources/mssante.md#sasl-ir",
    remedy="Mettez la réponse SASL dans la commande d'authentification.",
    requirements=("MSS/CONF.09",),
    operations=LOGIN,
    aliases=("mss.sasl-ir",),
)


def _application(seen: Observed[MailLogin]) -> Outcome:
    return seen.facts.mechanism == "PLAIN" and bool(seen.facts.opened_by)


APP_LOGIN = Check(
    id="MSS-APP-LOGIN",
    title="Boîte applicative ouverte par certificat",
    reads=MailLogin,
    test=_application,
    source="docs/sources/mssante.md#boite-applicative",
    remedy="Présentez le certificat ORG AUTH_CLI et ouvrez la boîte applicative par PLAIN.",
    requirements=("MSS/CONF.12",),
    operations=LOGIN - {"imap-login"},
    confidence="L",
    aliases=("mss.app-login",),
)


def _login_command(seen: Observed[MailLogin]) -> Outcome:
    return bool(seen.facts.opened_by) and Violation(
        f"LOGIN {seen.facts.mailbox}", "AUTHENTICATE PLAIN : un opérateur réel peut refuser LOGIN"
    )


LOGIN_COMMAND = Check(
    id="MSS-IMAP-LOGIN",
    title="Commande LOGIN acceptée avec réserve",
    reads=MailLogin,
    test=_login_command,
    source="docs/sources/mssante.md#tolerances",
    remedy="Ouvrez la boîte applicative par AUTHENTICATE PLAIN.",
    operations=frozenset({"imap-login"}),
    severity=Severity.INFO,
)


# Configuration


def _configured(seen: Observed[MailLogin]) -> Outcome:
    """The requirement wants the file read, then the connection tried: the login says both."""
    domain = seen.facts.mailbox.rpartition("@")[2]
    return bool(seen.facts.opened_by) and seen.history.last(Autoconfigured, about=domain) is not None


AUTOCONFIG = Check(
    id="MSS-AUTOCONFIG",
    title="Configuration automatique lue, puis boîte ouverte",
    reads=MailLogin,
    test=_configured,
    source="docs/sources/mssante.md#autoconfiguration",
    remedy="Lisez config-v1.1.xml du domaine de la boîte avant de l'ouvrir.",
    requirements=("MSS/CONF.04",),
    operations=LOGIN,
    aliases=("mss.autoconfig",),
)


def _unnamed(seen: Observed[Autoconfigured]) -> Outcome:
    return not seen.facts.asked and Violation(
        "une demande sans adresse ni domaine", "autoconfig.<domaine>, ou ?emailaddress=<BAL>"
    )


UNNAMED_DOMAIN = Check(
    id="MSS-AUTOCONFIG-DOMAIN",
    title="Configuration servie sans domaine",
    reads=Autoconfigured,
    test=_unnamed,
    source="docs/sources/mssante.md#autoconfiguration",
    remedy="Demandez la configuration du domaine de la boîte : un opérateur réel n'en sert pas d'autre.",
    operations=frozenset({"autoconfig"}),
    severity=Severity.INFO,
)

# What is let pass


def _line_ends(seen: Observed[MailConnection]) -> Outcome:
    return seen.facts.bare_lf and Violation(
        "une ligne de commande terminée par LF seul", "CRLF : un opérateur réel peut attendre la suite sans répondre"
    )


LINE_ENDS = Check(
    id="MSS-COMMAND-CRLF",
    title="Ligne de commande terminée par LF, acceptée avec réserve",
    reads=MailConnection,
    test=_line_ends,
    source="docs/sources/mssante.md#tolerances",
    remedy="Terminez chaque ligne de commande par CRLF (13 10).",
    operations=LOGIN | MESSAGE,
    severity=Severity.INFO,
)


def _spaced(seen: Observed[MailEnvelope]) -> Outcome:
    return seen.facts.spaced and Violation(
        "une espace après « FROM: » ou « TO: »", "MAIL FROM:<adresse> et RCPT TO:<adresse>, sans espace"
    )


PATH_SPACE = Check(
    id="MSS-PATH-SPACE",
    title="Espace devant l'adresse de MAIL ou RCPT, acceptée avec réserve",
    reads=MailEnvelope,
    test=_spaced,
    source="docs/sources/mssante.md#tolerances",
    remedy="Retirez l'espace entre les deux-points et « < ».",
    operations=MESSAGE,
    severity=Severity.INFO,
)

CONNECTION_CHECKS = (
    *(LINE_ENDS, PATH_SPACE),
    *(TLS, CLEAR, SMTP_STARTTLS, IMAP_STARTTLS),
    *(
        XOAUTH2,
        XOAUTH2_ORGANISATION,
        XOAUTH2_FORM,
        CREDENTIALS,
        REOPENED,
        SESSION_END,
        SASL_IR,
        APP_LOGIN,
        LOGIN_COMMAND,
    ),
    *(AUTOCONFIG, UNNAMED_DOMAIN),
)
