"""What a mail announces, and under which name and type its parts come.

Source: docs/sources/mssante.md (Courriel qui porte des documents). Pure functions of facts.
"""

from __future__ import annotations

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Violation
from mss_mock.checks.wording import FORWARD, MESSAGE, XDM_PREFIX, shown
from mss_mock.codes import XDM_NAME
from mss_mock.codes.files import ARCHIVE_TYPES, PDF_TYPE
from mss_mock.facts import Mail
from mss_mock.facts.content import Attachment, MailContent

__all__ = ["ANNOUNCED_CHECKS", "announcement"]


def announcement(content: MailContent) -> str:
    """Return where a mail says that an archive is attached, empty when it does not: an answer quotes its subject."""
    head = content.head
    if head.in_reply_to or content.reports_reading or FORWARD.match(head.subject):
        return ""
    if head.subject.startswith(XDM_PREFIX):
        return f"objet : {shown(head.subject)}"
    if head.ins is not None and head.code_cda is not None:
        return f"X-MSS-INS: {shown(head.ins)} et X-MSS-CODECDA: {shown(head.code_cda)}"
    named = next((one.name for one in content.attachments if one.name.upper().startswith("IHE_XDM")), "")
    said = next((body.announced for body in content.bodies if body.announced), "")
    return f"pièce jointe : {named}" if named else f"texte : {shown(said)}" if said else ""


def _announced(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    said = announcement(content) if content is not None and not content.has_archive else ""
    if content is None or not said:
        return None
    joined = f" ; pièces jointes : {content.attachment_names}" if content.attachments else " ; aucune pièce jointe"
    return Violation(said + joined, f"la pièce {XDM_NAME} ({ARCHIVE_TYPES[0]}) que le message annonce")


ANNOUNCED = Check(
    id="MSS-XDM-ANNOUNCED",
    title="L'archive annoncée est jointe",
    reads=Mail,
    test=_announced,
    source="docs/sources/mssante.md#archive-annoncee",
    remedy="Joignez IHE_XDM.zip, ou n'annoncez pas d'archive : sans elle, le destinataire ne peut rien classer.",
    requirements=("LGO.MSS.14", "MSS/CONF.23"),
    operations=MESSAGE,
    confidence="M",
)


def _archive_name(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    others = [one.name for one in content.archives if one.name.upper() != XDM_NAME] if content is not None else []
    return bool(others) and Violation(f"archive XDM nommée {', '.join(others) or '(rien)'}", "IHE_XDM.zip")


ARCHIVE_NAME = Check(
    id="MSS-XDM-NAME",
    title="L'archive se nomme IHE_XDM.zip",
    reads=Mail,
    test=_archive_name,
    source="docs/sources/mssante.md#nom-de-l-archive",
    remedy="Nommez la pièce IHE_XDM.zip, dans filename de Content-Disposition : un trait bas, aucun suffixe.",
    requirements=("LGO.MSS.14", "MSS/CONF.23"),
    operations=MESSAGE,
)


def _part_types(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    others = [one for one in content.attachments if _wrong_type(one)] if content is not None else []
    if not others:
        return None
    received = ", ".join(f"{one.name or '(sans nom)'} : {_wrong_type(one)}" for one in others)
    return Violation(received, f"{ARCHIVE_TYPES[0]} pour l'archive, {PDF_TYPE} pour un PDF, et ce contenu")


def _wrong_type(one: Attachment) -> str:
    if one.is_archive and one.content_type not in ARCHIVE_TYPES:
        return f"{one.content_type} pour une archive"
    if one.is_pdf and one.content_type != PDF_TYPE:
        return f"{one.content_type} pour un PDF"
    says_pdf = one.content_type == PDF_TYPE or one.name.lower().endswith(".pdf")
    return "un PDF annoncé, autre chose dedans" if says_pdf and not one.is_pdf else ""


PART_TYPE = Check(
    id="MSS-PART-TYPE",
    title="Le type de chaque pièce est celui de son contenu",
    reads=Mail,
    test=_part_types,
    source="docs/sources/mssante.md#type-des-pieces",
    remedy="Donnez à la partie le type de son contenu : application/zip pour l'archive, application/pdf pour un PDF.",
    requirements=("LGO.MSS.14", "MSS/CONF.23"),
    operations=MESSAGE,
)

ANNOUNCED_CHECKS = (ANNOUNCED, ARCHIVE_NAME, PART_TYPE)
