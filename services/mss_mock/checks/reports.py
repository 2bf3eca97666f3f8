"""The report of reading or integration that a software sends back: its form, its fields, what it says and to whom.

Source: docs/sources/mssante.md#accuse-de-lecture-renvoye. Both forms of an error are admitted: in the
Error field (1.1.3), and in the modifier of Disposition (before). Pure functions of facts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Violation
from mss_mock.checks.wording import MESSAGE, shown
from mss_mock.codes.partners import KO_SUBJECT, LABELS
from mss_mock.facts import Mail, MailEnvelope
from mss_mock.facts.content import MailContent, ReadReport

__all__ = ["REPORT_CHECKS"]

DISPOSITION_FORM = "automatic-action/MDN-sent-automatically; processed (ou manual-action/MDN-sent-manually; displayed)"
_DISPOSITION = re.compile(
    r"(?:manual|automatic)-action\s*/\s*MDN-sent-(?P<sent>manually|automatically)\s*;"
    r"\s*(?P<kind>displayed|deleted|dispatched|processed)\s*(?:/\s*(?P<modifier>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_ATOM = re.compile(r"[!#-'*+\-/-9=?A-Z^-~]+", re.IGNORECASE)
_ERROR = re.compile(r"(\d{3})\^\s*[^\s^]")
_ADDRESS = re.compile(r"rfc822\s*;\s*[^\s@;]+@[^\s@;]+", re.IGNORECASE)
_KO = re.compile(r"\[KO\s+Intégration\s+système\s*!\s*\](?:\s*\[(\d*)\])?", re.IGNORECASE)

Rule = Callable[[ReadReport, MailContent, Observed[Mail]], Outcome]


def _of_reports(rule: Rule) -> Callable[[Observed[Mail]], Outcome]:
    def test(seen: Observed[Mail]) -> Outcome:
        content = seen.facts.read
        if content is None or content.report is None:
            return None
        return rule(content.report, content, seen)

    return test


def _error_of(report: ReadReport) -> str:
    """Return the error that a report states, wherever it stands; empty without."""
    found = _DISPOSITION.fullmatch(report.disposition)
    modifier = (found["modifier"] or "").strip() if found else ""
    if modifier.lower().startswith("error"):
        return report.error or modifier.partition(":")[2].strip()
    return ""


# The rules


def _form(report: ReadReport, content: MailContent, _seen: Observed[Mail]) -> Outcome:
    if content.head.content_type != "multipart/report":
        return Violation(
            f"Content-Type: {content.head.content_type}",
            "multipart/report; report-type=disposition-notification",
            where="Content-Type",
        )
    if report.report_type != "disposition-notification":
        return Violation(
            f"report-type={report.report_type or '(absent)'}",
            "report-type=disposition-notification",
            where="Content-Type",
        )
    if report.parts[:2] != ("text/plain", "message/disposition-notification"):
        return Violation(
            ", puis ".join(report.parts[:2]),
            "un texte (text/plain), puis message/disposition-notification",
            where="parties",
        )
    return True


def _reported(_report: ReadReport, content: MailContent, _seen: Observed[Mail]) -> Outcome:
    return bool(content.reported_message) or Violation(
        "un rapport de lecture sans Original-Message-ID", "Original-Message-ID: le Message-ID du message lu"
    )


def _recipients(report: ReadReport, _content: MailContent, _seen: Observed[Mail]) -> Outcome:
    for name, value in (("Final-Recipient", report.final_recipient), ("Original-Recipient", report.original_recipient)):
        if not _ADDRESS.fullmatch(value):
            return Violation(f"{name}: {shown(value)}", f"{name}: rfc822;<adresse MSSanté du destinataire>", where=name)
    return True


def _disposition(report: ReadReport, _content: MailContent, _seen: Observed[Mail]) -> Outcome:
    found = _DISPOSITION.fullmatch(report.disposition)
    received = f"Disposition: {shown(report.disposition)}"
    if found is None:
        return Violation(received, f"Disposition: {DISPOSITION_FORM}", where="Disposition")
    modifier = (found["modifier"] or "").strip()
    if not modifier.lower().startswith("error"):
        return bool(not modifier or _ATOM.fullmatch(modifier)) or Violation(
            received, "rien après le type, ou /error (le détail va dans le champ Error)", where="Disposition"
        )
    if found["kind"].lower() != "processed":
        return True
    error = _ERROR.match(_error_of(report))
    if error is not None and error[1] in LABELS:
        return True
    return Violation(
        f"{received} ; Error: {shown(report.error)}",
        f"processed/error, et Error: code^libellé, le code étant l'un de {', '.join(LABELS)}",
        where="Error",
    )


def _subject(report: ReadReport, content: MailContent, _seen: Observed[Mail]) -> Outcome:
    subject, error = content.head.subject, _ERROR.match(_error_of(report))
    ko = _KO.match(subject)
    if error is None:
        return ko is None or Violation(
            f"objet « {shown(subject)} », et aucune erreur dans le rapport",
            "l'objet du message d'origine",
            where="Subject",
        )
    if ko is not None and (ko[1] == error[1] or (ko[1] is None and not report.error)):
        return True
    wanted = f"{KO_SUBJECT}[{error[1]}] puis l'objet du message d'origine"
    return Violation(f"objet « {shown(subject)} », erreur {error[1]}", wanted, where="Subject")


def _original(report: ReadReport, content: MailContent, _seen: Observed[Mail]) -> Outcome:
    if "processed" not in report.disposition.lower():
        return None
    if report.parts[2:3] != ("message/rfc822",):
        received = f"troisième partie : {report.parts[2] if len(report.parts) > 2 else 'absente'}"
        return Violation(received, "le message d'origine entier, en message/rfc822", where="troisième partie")
    if content.reported_message and report.enclosed_id != content.reported_message:
        return Violation(
            f"Original-Message-ID: {content.reported_message} ; le message joint a {shown(report.enclosed_id)}",
            "le message d'origine lui-même",
            where="troisième partie",
        )
    return True


def _return_path(_report: ReadReport, _content: MailContent, seen: Observed[Mail]) -> Outcome:
    envelope = seen.also(MailEnvelope)
    if envelope is None:
        return None
    return envelope.sender == "" or Violation(f"MAIL FROM:<{envelope.sender}>", "MAIL FROM:<>", where="MAIL FROM")


def _consent(report: ReadReport, _content: MailContent, seen: Observed[Mail]) -> Outcome:
    found, envelope = _DISPOSITION.fullmatch(report.disposition), seen.also(MailEnvelope)
    if found is None or envelope is None or not report.enclosed_path or found["sent"].lower() != "automatically":
        return None
    others = [one.address for one in envelope.recipients if one.address != report.enclosed_path]
    return not others or Violation(
        f"un accusé parti de lui-même vers {', '.join(others)}, pour un message de {report.enclosed_path}",
        f"vers {report.enclosed_path} (Return-Path), ou après l'accord de l'utilisateur (MDN-sent-manually)",
        where="Disposition",
    )


def _check(key: str, title: str, rule: Rule, remedy: str, **more: Any) -> Check[Mail]:
    return Check(
        id=key,
        title=title,
        reads=Mail,
        test=_of_reports(rule),
        source="docs/sources/mssante.md#accuse-de-lecture-renvoye",
        remedy=remedy,
        requirements=("MSS/UX.34",),
        operations=MESSAGE,
        **more,
    )


REPORT_CHECKS = (
    _check(
        "MSS-READ-REPORT",
        "Accusé de lecture renvoyé",
        _reported,
        "Recopiez le Message-ID du message lu dans Original-Message-ID du rapport.",
        aliases=("mss.read-report",),
    ),
    _check(
        "MSS-REPORT-FORM",
        "Accusé de lecture : type et parties du rapport",
        _form,
        "Écrivez un multipart/report; report-type=disposition-notification : un texte, le compte rendu, le message.",
    ),
    _check(
        "MSS-REPORT-RECIPIENTS",
        "Accusé de lecture : destinataire du message lu",
        _recipients,
        "Donnez Final-Recipient et Original-Recipient, sous la forme rfc822;adresse.",
    ),
    _check(
        "MSS-REPORT-DISPOSITION",
        "Accusé de lecture : ce qui a été fait du message",
        _disposition,
        "Écrivez Disposition comme la RFC 8098, et l'erreur d'intégration dans Error : 902^Identifiant inconnu.",
    ),
    _check(
        "MSS-REPORT-SUBJECT",
        "Accusé d'intégration : objet",
        _subject,
        "Faites précéder l'objet d'origine de [KO Intégration système !][code] en cas d'erreur, de rien sinon.",
        confidence="M",
    ),
    _check(
        "MSS-REPORT-ORIGINAL",
        "Accusé d'intégration : message d'origine joint",
        _original,
        "Joignez le message d'origine, entier et tel qu'il est venu, en message/rfc822 après le compte rendu.",
    ),
    _check(
        "MSS-REPORT-RETURN-PATH",
        "Accusé de lecture : sans adresse de retour",
        _return_path,
        "Envoyez l'accusé avec MAIL FROM:<>, pour qu'aucun retour ne lui réponde.",
    ),
    _check(
        "MSS-REPORT-CONSENT",
        "Accusé de lecture : automatique vers l'expéditeur seul",
        _consent,
        "Demandez son accord à l'utilisateur quand Disposition-Notification-To n'est pas l'adresse de Return-Path.",
    ),
)
