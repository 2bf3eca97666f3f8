"""A mail that carries health documents: archive, PDF, subject, headers.

Source: docs/sources/mssante.md (Courriel qui porte des documents). The three parts of « une archive saine, et chaque
document en PDF/A-1 » fail one by one, and are kept only together: a part alone proves nothing. What is wrong in an
archive is told by ``archives``; a mail to citizens only is judged by ``citizens``. Pure functions of facts.
"""

from __future__ import annotations

import re

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from mss_mock.checks.announced import announcement
from mss_mock.checks.wording import FORWARD, MESSAGE, SUBJECT, shown
from mss_mock.facts import Mail, MailEnvelope
from mss_mock.facts.content import MailContent

__all__ = ["DOCUMENT_CHECKS"]

_PDF_NAME = re.compile(r"\d{8}_.+_.+_.+_.+\.pdf", re.IGNORECASE)


def _to_professionals(seen: Observed[Mail]) -> MailContent | None:
    """Return the mail when it can be read and a professional receives it."""
    envelope = seen.also(MailEnvelope)
    return seen.facts.read if envelope is not None and envelope.professionals else None


def _one_archive(seen: Observed[Mail]) -> Outcome:
    content = _to_professionals(seen)
    if content is None or not content.has_archive:
        return None
    count = content.document_count
    received = f"{len(content.archives)} IHE_XDM.zip, {len(content.pdfs)} PDF, {count} CDA ({content.attachment_names})"
    if len(content.archives) != 1:
        return Violation(received, "une seule pièce jointe IHE_XDM.zip")
    if not content.all_archives_read:
        return None
    if len(content.pdfs) != count:
        return Violation(received, f"{count} PDF/A-1, autant que de documents CDA dans l'archive")
    return content.complete or None


XDM_AND_PDF = Check(
    id="MSS-XDM-AND-PDF",
    title="Une archive XDM et les mêmes documents en PDF",
    reads=Mail,
    test=_one_archive,
    source="docs/sources/mssante.md#archive-et-pdf",
    remedy="Joindre un IHE_XDM.zip et, pour chaque CDA, son PDF/A-1.",
    requirements=("LGO.MSS.14", "MSS/CONF.23"),
    operations=MESSAGE,
    aliases=("mss.xdm-and-pdf",),
)


def _doubled(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    if content is None or not content.doubled_pdfs or content.document_count != len(content.pdfs):
        return None
    expected = "un PDF par document CDA, chacun engendré du sien"
    return Violation(
        f"les mêmes octets sous {len(content.doubled_pdfs)} noms : {', '.join(content.doubled_pdfs)}", expected
    )


PDF_TWICE = Check(
    id="MSS-PDF-TWICE",
    title="Chaque document a son propre PDF",
    reads=Mail,
    test=_doubled,
    source="docs/sources/mssante.md#archive-et-pdf",
    remedy="Engendrez un PDF de chaque CDA de l'archive : le même a été joint pour plusieurs.",
    requirements=("LGO.MSS.14", "MSS/va1.01", "MSS/CONF.23"),
    operations=MESSAGE,
)


def _pdf_a(seen: Observed[Mail]) -> Outcome:
    content = _to_professionals(seen)
    if content is None or not content.has_archive or not content.pdfs:
        return None
    others = [one.name for one in content.pdfs if one.is_pdf and not one.is_pdf_a1]
    if others:
        return Violation(f"sans métadonnée PDF/A-1 : {', '.join(others)}", "PDF/A-1 (métadonnée pdfaid:part = 1)")
    return content.complete or None


PDF_A1 = Check(
    id="MSS-PDF-A1",
    title="PDF joints en PDF/A-1",
    reads=Mail,
    test=_pdf_a,
    source="docs/sources/mssante.md#pdf-a-1",
    remedy="Produire les PDF en PDF/A-1.",
    requirements=("LGO.MSS.14", "MSS/CONF.23", "LGO.DOC.01"),
    operations=MESSAGE,
    aliases=("mss.pdf-a1",),
)


def _archive_sound(seen: Observed[Mail]) -> Outcome:
    content = _to_professionals(seen)
    return content is not None and content.complete


XDM_SOUND = Check(
    id="MSS-XDM-SOUND",
    title="Archive XDM saine, d'un seul patient, avec ses PDF",
    reads=Mail,
    test=_archive_sound,
    source="docs/sources/mssante.md#archive-xdm",
    remedy="Envoyez à un professionnel une archive saine et le PDF/A-1 de chaque document.",
    requirements=("LGO.MSS.14", "MSS/CONF.23"),
    operations=MESSAGE,
    aliases=("mss.xdm-sound",),
)


def _pdf_name(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    if content is None or not content.has_archive or not content.pdfs:
        return None
    others = [one.name for one in content.pdfs if not _PDF_NAME.fullmatch(one.name)]
    return not others or Violation(
        ", ".join(others), "<date de l'acte>_<type document>_<NOM>_<prenom>_<numéro de dossier>.pdf"
    )


PDF_NAME = Check(
    id="MSS-PDF-NAME",
    title="Nom des PDF joints",
    reads=Mail,
    test=_pdf_name,
    source="docs/sources/mssante.md#nom-du-pdf",
    remedy="Nommer le PDF par la date de l'acte, le type, le NOM, le prénom et le numéro de dossier.",
    requirements=("LGO.DOC.01",),
    operations=MESSAGE,
    severity=Severity.WARNING,
    confidence="M",
    aliases=("mss.pdf-name",),
)


def _subject(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    if content is None or not content.has_archive:
        return None
    subject = content.head.subject
    if not SUBJECT.fullmatch(FORWARD.sub("", subject)):
        return Violation(f"Subject: {shown(subject)}", "XDM/1.0/DDM+<libellé> <NOM> <prenom> <jj/mm/aaaa>")
    return bool(content.documents) or None


XDM_SUBJECT = Check(
    id="MSS-XDM-SUBJECT",
    title="Objet d'un courriel de documents",
    reads=Mail,
    test=_subject,
    source="docs/sources/mssante.md#objet",
    remedy="Composer l'objet « XDM/1.0/DDM+<libellé> <NOM> <prenom> <date de naissance> » du patient des documents.",
    requirements=("MSS/CONF.25",),
    operations=MESSAGE,
    aliases=("mss.xdm-subject",),
)


def _ins_header(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    if content is None:
        return None
    value = content.head.ins
    if not content.has_archive:
        said_alone = value is not None and not announcement(content)
        return said_alone and Violation(f"X-MSS-INS: {value}", "en-tête absent : aucun CDA n'est joint")
    if not content.all_documents_read:
        return None
    expected = "O" if any(document.qualified for document in content.documents) else "N"
    return value == expected or Violation(f"X-MSS-INS: {shown(value)}", f"X-MSS-INS: {expected}, d'après l'archive")


INS_HEADER = Check(
    id="MSS-INS-HEADER",
    title="X-MSS-INS conforme à l'archive",
    reads=Mail,
    test=_ins_header,
    source="docs/sources/mssante.md#x-mss-ins",
    remedy="Mettre O si l'archive porte un INS qualifié, N sinon ; pas d'en-tête sans CDA joint.",
    requirements=("MSS/CONF.14",),
    operations=MESSAGE,
    confidence="M",
    aliases=("mss.ins-header",),
)


def _code_header(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    if content is None:
        return None
    value = content.head.code_cda
    if not content.has_archive:
        said_alone = value is not None and not announcement(content)
        return said_alone and Violation(f"X-MSS-CODECDA: {value}", "en-tête absent : aucun CDA n'est joint")
    codes = list(dict.fromkeys(document.code for document in content.documents))
    if not content.all_documents_read:
        return None
    kept = set(_codes(value)) == set(codes)
    return kept or Violation(f"X-MSS-CODECDA: {shown(value)}", f"X-MSS-CODECDA: {','.join(codes)}")


def _codes(value: str | None) -> list[str]:
    return [code.strip() for code in (value or "").split(",")]


CODE_HEADER = Check(
    id="MSS-CODE-HEADER",
    title="X-MSS-CODECDA conforme à l'archive",
    reads=Mail,
    test=_code_header,
    source="docs/sources/mssante.md#x-mss-codecda",
    remedy="Lister le code de l'en-tête de chaque CDA, séparés par des virgules ; pas d'en-tête sans CDA joint.",
    requirements=("MSS/CONF.15",),
    operations=MESSAGE,
    confidence="M",
    aliases=("mss.code-header",),
)


def _repeated_code(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    codes = _codes(content.head.code_cda) if content is not None and content.has_archive else []
    repeated = list(dict.fromkeys(code for code in codes if codes.count(code) > 1))
    return bool(repeated) and Violation(
        f"X-MSS-CODECDA: {','.join(codes)}", f"X-MSS-CODECDA: {','.join(dict.fromkeys(codes))}", where="X-MSS-CODECDA"
    )


REPEATED_CODE = Check(
    id="MSS-CODE-REPEATED",
    title="Chaque code une fois dans X-MSS-CODECDA",
    reads=Mail,
    test=_repeated_code,
    source="docs/sources/mssante.md#x-mss-codecda",
    remedy="Ne citez qu'une fois le code que plusieurs documents partagent.",
    requirements=("MSS/CONF.15",),
    operations=MESSAGE,
    severity=Severity.WARNING,
    confidence="M",
)


DOCUMENT_CHECKS = (
    XDM_AND_PDF,
    PDF_TWICE,
    PDF_A1,
    XDM_SOUND,
    PDF_NAME,
    XDM_SUBJECT,
    INS_HEADER,
    CODE_HEADER,
    REPEATED_CODE,
)
