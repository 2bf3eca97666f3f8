"""Every mail: headers, text, receipts.

Source: specs/mssante.md §3.1 (ECO.2.2, 2.3, 2.4.3), ids of specs/requirements.md §2.2–2.3; confidence high. Pure
functions of facts.
"""

from __future__ import annotations

import re

from lgo_sandbox.watch.findings import Check, Observed, Outcome, Severity, Violation
from mss_mock.checks.facts import MESSAGE, SPEC, citizens, is_mail, shown, text
from mss_mock.codes import USUAL_LINE

__all__ = ["MAIL_CHECKS"]

_MESSAGE_ID = re.compile(r"<[^<>@\s]+@[^<>@\s]+>")
_UTF8 = frozenset({"utf-8", "us-ascii", ""})
_REPLY = re.compile(r"(?:re|réf|tr)\s*:", re.IGNORECASE)
_XDM_PREFIX = "XDM/1.0/DDM+"


def _nil(observed: Observed) -> Outcome:
    if not is_mail(observed):
        return None
    return bool(text(observed, "nil").strip()) or Violation(
        "X-MSS-NIL absent ou vide", "X-MSS-NIL: <numéro du produit>"
    )


def _message_id(observed: Observed) -> Outcome:
    if not is_mail(observed):
        return None
    value = text(observed, "message_id").strip()
    return bool(_MESSAGE_ID.fullmatch(value)) or Violation(shown(value), "Message-ID: <identifiant@domaine>, unique")


def _threading(observed: Observed) -> Outcome:
    reply, references = text(observed, "in_reply_to"), text(observed, "references")
    subject = text(observed, "subject").removeprefix(_XDM_PREFIX)
    if not is_mail(observed) or not (reply or references or _REPLY.match(subject)):
        return None
    received = f"In-Reply-To : {shown(reply)} ; References : {shown(references)}"
    return bool(reply and references) or Violation(
        received, "In-Reply-To et References, avec le Message-ID du message initial"
    )


def _body(observed: Observed) -> Outcome:
    if not is_mail(observed):
        return None
    types = [kind for kind, _ in observed.facts.get("bodies") or []]
    plain = types == ["text/plain"]
    both = types == ["text/plain", "text/html"] and bool(observed.facts.get("alternative"))
    if plain or both or (not types and observed.facts.get("disposition_report")):
        return True
    return Violation(
        ", ".join(types) or "aucun texte", "text/plain seul, ou multipart/alternative : text/plain puis text/html"
    )


def _utf8(observed: Observed) -> Outcome:
    bodies = observed.facts.get("bodies") or []
    if not is_mail(observed) or not bodies:
        return None
    others = [charset for _, charset in bodies if charset not in _UTF8]
    return not others or Violation(", ".join(others), "charset=utf-8 pour chaque partie de texte")


def _label(observed: Observed) -> Outcome:
    if not is_mail(observed):
        return None
    label, address = text(observed, "sender_label").strip(), text(observed, "sender_address")
    personal = observed.facts.get("mailbox_kind") == "PER"
    said = bool(label) and "@" not in label and label.lower() != address
    if said and (not personal or len(label.split()) > 1):
        return True
    return Violation(shown(label), "civilité, prénom, NOM et structure ; ou le nom de la structure")


def _address(observed: Observed) -> Outcome:
    if not is_mail(observed):
        return None
    address, mailbox = text(observed, "sender_address"), text(observed, "mailbox")
    return address == mailbox or Violation(shown(address), mailbox)


def _lines(observed: Observed) -> Outcome:
    longest = int(observed.facts.get("longest_line") or 0)
    if not observed.facts.get("message"):
        return None
    return longest <= USUAL_LINE or Violation(f"{longest} octets", f"{USUAL_LINE} octets au plus, hors CRLF")


def _well_formed(observed: Observed) -> Outcome:
    if not observed.facts.get("message"):
        return None
    problems = [observed.facts["unreadable"]] if "unreadable" in observed.facts else observed.facts.get("defects")
    return not problems or Violation(", ".join(problems), "un message MIME complet et bien formé")


def _application_reply(observed: Observed) -> Outcome:
    if not is_mail(observed) or observed.facts.get("mailbox_kind") != "APP":
        return None
    return bool(observed.facts.get("reply_to")) or Violation(
        "Reply-To absent", "Reply-To : une boîte lue par quelqu'un"
    )


def _closing(observed: Observed) -> Outcome:
    value = text(observed, "mes").strip()
    if not is_mail(observed) or not value:
        return None
    kept = value == "FIN" and bool(citizens(observed))
    return kept or Violation(f"X-MSS-MES: {value}", "FIN, et seulement pour un message adressé à un usager")


def _delivery_receipt(observed: Observed) -> Outcome:
    asked = bool(text(observed, "delivery_receipt")) or "SUCCESS" in (observed.facts.get("notify") or ())
    return (is_mail(observed) and asked) or None


def _read_receipt(observed: Observed) -> Outcome:
    return (is_mail(observed) and bool(text(observed, "read_receipt"))) or None


def _read_report(observed: Observed) -> Outcome:
    return (is_mail(observed) and bool(observed.facts.get("disposition_report"))) or None


MAIL_CHECKS = (
    Check(
        "mss.nil",
        "Numéro de produit sur chaque courriel",
        _nil,
        ("MSS/CONF.16",),
        f"{SPEC} §3.1, ECO.2.4.3",
        "Ajouter l'en-tête X-MSS-NIL avec le numéro de référencement du logiciel (plateforme Convergence).",
        operations=MESSAGE,
    ),
    Check(
        "mss.message-id",
        "Message-ID conforme",
        _message_id,
        ("LGO.MSS.08",),
        f"{SPEC} §3.1, ECO.2.2.1 ; RFC 5322 §3.6.4",
        "Produire un Message-ID unique de la forme <identifiant@domaine> à l'émission.",
        operations=MESSAGE,
    ),
    Check(
        "mss.reply-threading",
        "Réponse reliée au message initial",
        _threading,
        ("LGO.MSS.09",),
        f"{SPEC} §3.1, ECO.2.2.2",
        "Recopier le Message-ID du message initial dans In-Reply-To, et l'ajouter à References.",
        operations=MESSAGE,
    ),
    Check(
        "mss.body",
        "Corps en texte, ou en texte puis HTML",
        _body,
        ("LGO.MSS.10",),
        f"{SPEC} §3.1, ECO.2.2.4",
        "Envoyer text/plain, ou multipart/alternative avec text/plain puis text/html de même contenu.",
        operations=MESSAGE,
    ),
    Check(
        "mss.utf8",
        "Textes en UTF-8",
        _utf8,
        (),
        f"{SPEC} §3.1, ECO.2.2.3",
        "Coder les parties de texte en UTF-8 et l'indiquer par charset.",
        operations=MESSAGE,
    ),
    Check(
        "mss.from-label",
        "Libellé d'expéditeur explicite",
        _label,
        ("LGO.MSS.12",),
        f"{SPEC} §3.1, ECO.2.2.7",
        "Faire précéder l'adresse de From: du nom de la personne (civilité, prénom, NOM) ou de la structure.",
        operations=MESSAGE,
    ),
    Check(
        "mss.from-address",
        "From: est la boîte authentifiée",
        _address,
        (),
        "RFC 5322 §3.6.2",
        "Mettre dans From: l'adresse de la boîte ouverte.",
        operations=MESSAGE,
        severity=Severity.WARNING,
        confidence="M",
    ),
    Check(
        "mss.line-length",
        "Lignes de 998 octets au plus",
        _lines,
        (),
        "RFC 5322 §2.1.1",
        "Replier les en-têtes et coder les parties longues en base64 ou quoted-printable.",
        operations=MESSAGE,
        severity=Severity.WARNING,
    ),
    Check(
        "mss.well-formed",
        "Message MIME bien formé",
        _well_formed,
        (),
        "RFC 2045–2046",
        "Fermer chaque partie par sa frontière, coder ce qui est annoncé, rester dans des tailles raisonnables.",
        operations=MESSAGE,
    ),
    Check(
        "mss.app-reply-to",
        "Adresse de réponse d'une boîte applicative",
        _application_reply,
        ("MSS/va1.09",),
        f"{SPEC} §2, ECO.2.2.5",
        "Ajouter Reply-To avec une boîte personnelle ou organisationnelle.",
        operations=MESSAGE,
    ),
    Check(
        "mss.fin",
        "Clôture d'un échange avec un usager",
        _closing,
        ("MSS/CONF.21",),
        f"{SPEC} §2, ECO.2.2.8",
        "N'envoyer que « X-MSS-MES: FIN », et seulement à un usager.",
        operations=MESSAGE,
    ),
    Check(
        "mss.delivery-receipt",
        "Accusé de remise demandé",
        _delivery_receipt,
        ("LGO.MSS.13",),
        f"{SPEC} §3.1, ECO.2.3.1",
        "",
        operations=MESSAGE,
    ),
    Check(
        "mss.read-receipt",
        "Accusé de lecture demandé",
        _read_receipt,
        ("MSS/UX.33",),
        f"{SPEC} §3.1, ECO.2.3.2",
        "",
        operations=MESSAGE,
    ),
    Check(
        "mss.read-report",
        "Accusé de lecture renvoyé",
        _read_report,
        ("MSS/UX.34",),
        f"{SPEC} §3.1, ECO.3.1.6",
        "",
        operations=MESSAGE,
    ),
)
