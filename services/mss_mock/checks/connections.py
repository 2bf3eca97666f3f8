"""Connections, logins, configuration and directory.

Source: specs/mssante.md §1.1, §4.1, ids of specs/requirements.md §2.2–2.3; confidence high. Pure functions of facts.
"""

from __future__ import annotations

from lgo_sandbox.watch.findings import Check, Observed, Outcome, Severity, Violation
from mss_mock.checks.facts import LOGIN, MESSAGE, SPEC, is_mail, text

__all__ = ["CONNECTIONS_CHECKS"]


def _encrypted(observed: Observed) -> Outcome:
    version = text(observed, "tls_version")
    if not version:
        return None
    return version in ("TLSv1.2", "TLSv1.3") or Violation(version, "TLS 1.2 ou mieux")


def _sent(observed: Observed) -> Outcome:
    return (is_mail(observed) and bool(text(observed, "tls_version"))) or None


def _opened_imap(observed: Observed) -> Outcome:
    return (observed.transport == "imap" and bool(observed.facts.get("subject"))) or None


def _xoauth2(observed: Observed) -> Outcome:
    if observed.facts.get("mechanism") != "XOAUTH2":
        return None
    expected = "base64 de « user=<BAL>^Aauth=Bearer <jeton PSC>^A^A »"
    return bool(observed.facts.get("well_formed")) or Violation("réponse SASL mal formée", expected)


def _own_mailbox(observed: Observed) -> Outcome:
    reason = text(observed, "reason")
    if not observed.facts.get("mechanism"):
        return None
    if not reason:
        return True
    return Violation(reason, "un jeton PSC actif (ou un certificat ORG AUTH_CLI) et la boîte de son titulaire")


def _initial_response(observed: Observed) -> Outcome:
    return bool(observed.facts.get("initial_response")) or None


def _application(observed: Observed) -> Outcome:
    return (observed.facts.get("mechanism") == "PLAIN" and bool(observed.facts.get("subject"))) or None


def _configured(observed: Observed) -> Outcome:
    return bool(observed.facts.get("configured")) or None


def _searched(observed: Observed) -> Outcome:
    return bool(observed.facts.get("criteria")) or None


CONNECTIONS_CHECKS = (
    Check(
        "mss.tls",
        "Échanges avec l'opérateur dans TLS",
        _encrypted,
        ("LGO.MSS.01", "MSS/CONF.01", "MSS/CONF.02"),
        f"{SPEC} §1.1, ECO.1.1.1",
        "Négocier TLS 1.2 au moins.",
        operations=LOGIN | MESSAGE,
    ),
    Check(
        "mss.smtp-starttls",
        "Émission par SMTP avec STARTTLS",
        _sent,
        ("MSS/CONF.05",),
        f"{SPEC} §1.1, ECO.1.0.1",
        "",
        operations=MESSAGE,
    ),
    Check(
        "mss.imap-starttls",
        "Lecture par IMAP avec STARTTLS",
        _opened_imap,
        ("MSS/CONF.06",),
        f"{SPEC} §1.1, ECO.1.0.2",
        "",
        operations=LOGIN,
    ),
    Check(
        "mss.xoauth2",
        "Réponse XOAUTH2 conforme",
        _xoauth2,
        ("MSS/CONF.07",),
        f"{SPEC} §1.1, ECO.1.2.1",
        "Composer la réponse SASL avec la boîte et le jeton d'accès PSC, séparés par des octets 01.",
        operations=LOGIN,
    ),
    Check(
        "mss.credentials",
        "Authentification acceptée",
        _own_mailbox,
        (),
        f"{SPEC} §1.1",
        "Renouveler le jeton PSC avant d'ouvrir la boîte, et n'ouvrir que la boîte de son titulaire.",
        operations=LOGIN,
        severity=Severity.WARNING,
    ),
    Check(
        "mss.sasl-ir",
        "Authentification en une commande (préconisation)",
        _initial_response,
        ("MSS/CONF.09",),
        "specs/requirements.md §2.3",
        "",
        operations=LOGIN,
    ),
    Check(
        "mss.app-login",
        "Boîte applicative ouverte par certificat",
        _application,
        ("MSS/CONF.12",),
        "specs/requirements.md §2.3",
        "",
        operations=LOGIN,
    ),
    Check(
        "mss.autoconfig",
        "Configuration automatique lue",
        _configured,
        ("MSS/CONF.04",),
        f"{SPEC} §1.1, ECO.1.1.9",
        "",
        operations=frozenset({"autoconfig"}),
    ),
    Check(
        "mss.directory",
        "Recherche dans l'Annuaire Santé",
        _searched,
        ("MSS/CONF.20",),
        "specs/requirements.md §2.3",
        "",
        operations=frozenset({"annuaire-search"}),
        confidence="M",
    ),
)
