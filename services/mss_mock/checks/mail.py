"""Every mail: its text, its form, what was let pass.

Source: docs/sources/mssante.md (Tout courriel, Ce qui est accepté avec une réserve). Pure functions of facts.
"""

from __future__ import annotations

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from mss_mock.checks.wording import MESSAGE
from mss_mock.codes import USUAL_LINE
from mss_mock.facts import Mail, MailEnvelope
from mss_mock.facts.content import Unreadable

__all__ = ["MAIL_CHECKS"]

_UTF8 = frozenset({"utf-8", "us-ascii", ""})


def _body(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    if content is None:
        return None
    types = [body.content_type for body in content.bodies]
    both = types[:2] == ["text/plain", "text/html"] and content.alternative and set(types[2:]) <= {"text/plain"}
    if both or (types and set(types) == {"text/plain"}):
        return True
    if not types and content.reports_reading:
        return None
    received = ", ".join(types) or "aucun texte"
    return Violation(received, "text/plain seul, ou multipart/alternative : text/plain puis text/html")


MAIL_BODY = Check(
    id="MSS-BODY",
    title="Corps en texte, ou en texte puis HTML",
    reads=Mail,
    test=_body,
    source="docs/sources/mssante.md#corps",
    remedy="Envoyer text/plain, ou multipart/alternative avec text/plain puis text/html de même contenu.",
    requirements=("LGO.MSS.10",),
    operations=MESSAGE,
    aliases=("mss.body",),
)


def _utf8(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    if content is None or not content.bodies:
        return None
    others = [body.charset for body in content.bodies if body.charset not in _UTF8]
    return not others or Violation(f"charset={', '.join(others)}", "charset=utf-8 pour chaque partie de texte")


UTF8 = Check(
    id="MSS-UTF8",
    title="Textes en UTF-8",
    reads=Mail,
    test=_utf8,
    source="docs/sources/mssante.md#utf-8",
    remedy="Coder les parties de texte en UTF-8 et l'indiquer par charset.",
    operations=MESSAGE,
    aliases=("mss.utf8",),
)


def _lines(seen: Observed[Mail]) -> Outcome:
    longest = seen.facts.longest_line
    return longest <= USUAL_LINE or Violation(
        f"une ligne de {longest} octets", f"{USUAL_LINE} octets au plus, hors CRLF"
    )


LINE_LENGTH = Check(
    id="MSS-LINE-LENGTH",
    title="Lignes de 998 octets au plus",
    reads=Mail,
    test=_lines,
    source="docs/sources/mssante.md#longueur-de-ligne",
    remedy="Replier les en-têtes et coder les parties longues en base64 ou quoted-printable.",
    operations=MESSAGE,
    severity=Severity.WARNING,
    aliases=("mss.line-length",),
)


def _well_formed(seen: Observed[Mail]) -> Outcome:
    content, expected = seen.facts.content.value, "un message MIME complet et bien formé"
    if isinstance(content, Unreadable):
        return Violation(content.reason, expected)
    found = [f"partie {defect.part} : {defect.what}" if defect.part else defect.what for defect in content.defects]
    remedy = " ".join(dict.fromkeys(defect.remedy for defect in content.defects))
    return not found or Violation(" ; ".join(found), expected, remedy=remedy)


WELL_FORMED = Check(
    id="MSS-WELL-FORMED",
    title="Message MIME bien formé",
    reads=Mail,
    test=_well_formed,
    source="docs/sources/mssante.md#mime",
    remedy="Coder ce qui est annoncé, et rester dans des tailles et des profondeurs raisonnables.",
    operations=MESSAGE,
    aliases=("mss.well-formed",),
)


def _bare_newline(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    if content is None or not content.bare_newlines:
        return None
    received = "CR ou LF isolé dans le message, accepté par l'option mss.bare_newline"
    return Violation(received, "CRLF à la fin de chaque ligne : un opérateur réel peut refuser le message")


BARE_NEWLINE = Check(
    id="MSS-BARE-NEWLINE",
    title="CR ou LF isolé accepté avec réserve",
    reads=Mail,
    test=_bare_newline,
    source="docs/sources/mssante.md#tolerances",
    remedy="Terminez chaque ligne par CRLF (13 10), et codez les parties qui contiennent d'autres fins de ligne.",
    operations=MESSAGE,
    severity=Severity.WARNING,
)


def _eight_bit(seen: Observed[Mail]) -> Outcome:
    content, envelope = seen.facts.read, seen.also(MailEnvelope)
    if content is None or envelope is None or not content.eight_bit:
        return None
    return envelope.eight_bit or Violation(
        "des octets hors de l'ASCII, sans BODY=8BITMIME dans MAIL FROM", "BODY=8BITMIME, ou un message tout en ASCII"
    )


EIGHT_BIT = Check(
    id="MSS-8BITMIME",
    title="Octets hors de l'ASCII acceptés sans BODY=8BITMIME",
    reads=Mail,
    test=_eight_bit,
    source="docs/sources/mssante.md#tolerances",
    remedy="Ajoutez BODY=8BITMIME à MAIL FROM, ou codez le message en base 64 ou quoted-printable.",
    operations=MESSAGE,
    severity=Severity.INFO,
)


def _charset(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    others = [body for body in content.bodies if body.misread] if content is not None else []
    if not others:
        return None
    said = f"charset={others[0].charset}" if others[0].charset else "sans charset"
    return Violation(
        f"des octets hors de l'ASCII, {said}"
        if others[0].charset != "utf-8"
        else f"{said}, et des octets d'un autre jeu",
        "le texte en UTF-8, et charset=utf-8",
    )


CHARSET = Check(
    id="MSS-CHARSET",
    title="Les textes sont dans le jeu qu'ils annoncent",
    reads=Mail,
    test=_charset,
    source="docs/sources/mssante.md#utf-8",
    remedy="Codez le texte en UTF-8 et dites-le : Content-Type: text/plain; charset=utf-8.",
    operations=MESSAGE,
)


def _same_content(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    lacking = content.unlike_html if content is not None else ""
    return bool(lacking) and Violation(
        f"dans le HTML seulement : {lacking}…", "le même contenu en text/plain et en text/html"
    )


SAME_CONTENT = Check(
    id="MSS-BODY-SAME",
    title="Le texte et le HTML disent la même chose",
    reads=Mail,
    test=_same_content,
    source="docs/sources/mssante.md#corps",
    remedy="Tirez text/plain du même texte que text/html : celui qui ne lit pas le HTML n'a que lui.",
    requirements=("LGO.MSS.10",),
    operations=MESSAGE,
)


def _executable(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    found = [one for one in content.attachments if one.executable] if content is not None else []
    return bool(found) and Violation(
        ", ".join(f"{one.name or '(sans nom)'} : {one.executable}" for one in found), "aucune pièce exécutable"
    )


EXECUTABLE = Check(
    id="MSS-EXECUTABLE",
    title="Aucune pièce exécutable",
    reads=Mail,
    test=_executable,
    source="docs/sources/mssante.md#piece-executable",
    remedy="Retirez la pièce : un opérateur réel peut refuser le message, et le destinataire ne doit pas l'ouvrir.",
    operations=MESSAGE,
    severity=Severity.WARNING,
    confidence="B",
)

MAIL_CHECKS = (
    MAIL_BODY,
    SAME_CONTENT,
    UTF8,
    CHARSET,
    LINE_LENGTH,
    WELL_FORMED,
    BARE_NEWLINE,
    EIGHT_BIT,
    EXECUTABLE,
)
