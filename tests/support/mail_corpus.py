"""A corpus of mails of the field: faulty ones, each with the one rule that catches it, and legitimate ones.

Built here from the right mails of ``mail_documents``, one change each; every person is invented. What breaks a rule
only in a situation (a marker, an earlier mail, a login) is in ``mail_breaks``.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.header import Header
from email.message import EmailMessage
from functools import cache
from typing import Any

from health_documents import oids
from health_documents.pdf.write import PdfContent, PdfSection, render_pdf
from health_documents.values.document import Code, DocumentHeader, PatientIdentity
from mss_mock.codes import BoxKind
from support.mail_documents import (
    CODE,
    DOCUMENT,
    MATRICULE,
    METADATA,
    NOW,
    PATIENT,
    PDF,
    PDF_NAME,
    PHARMACIST,
    PLAIN,
    REVIEW,
    SUBJECT,
    Edit,
    archive,
    attached,
    composed,
    documents,
    edited,
    header,
    packed,
    plain,
    scannable,
    without,
)

__all__ = ["FAULTY", "RIGHT", "Sample"]

DOCTOR = "isabelle.delorme@medecin.mssante.fr"
CITIZEN = f"{MATRICULE}@patient.mssante.fr"
STRANGER = "161116311391951@patient.mssante.fr"
APPLICATION = "contact_auto@pharmacie-fontaine.mssante.fr"
STRUCTURE = "contact@pharmacie-fontaine.mssante.fr"
OTHER = replace(
    PATIENT,
    matricule="155128002194517",
    birth_name="PICARD",
    first_names=("BRUNO",),
    sex="M",
    birth_date="1955-12-24",
)


@dataclass(frozen=True)
class Sample:
    """A mail of the corpus: which rule catches it (empty: none), who sends it from which kind of mailbox, to whom."""

    name: str
    make: Callable[[], bytes]
    rule: str = ""
    to: tuple[str, ...] = (DOCTOR,)
    mailbox: str = "helene.valmont@pharmacien.mssante.fr"
    kind: BoxKind = BoxKind.PERSON
    eight_bit: bool = False
    own_path: bool = False
    """Whether a report names its mailbox as the return path, which no report does."""

    @property
    def path(self) -> str:
        """The return path."""
        is_report = b"message/disposition-notification" in self.make()
        return "" if is_report and not self.own_path else self.mailbox


def _bad(rule: str, name: str, make: Callable[[], bytes] | bytes, **more: Any) -> Sample:
    return Sample(name, make if callable(make) else lambda: make, rule, **more)


def _good(name: str, make: Callable[[], bytes] | bytes, **more: Any) -> Sample:
    return Sample(name, make if callable(make) else lambda: make, **more)


def _by_application(**headers: str) -> bytes:
    return plain(sender=f"Pharmacie de la Fontaine <{APPLICATION}>", text="Envoi automatique.", **headers)


_FROM_APPLICATION = {"mailbox": APPLICATION, "kind": BoxKind.APPLICATION}


def _swapped(old: bytes, new: bytes, mail: bytes = PLAIN) -> bytes:
    assert old in mail, f"nothing to change: {old!r}"
    return mail.replace(old, new, 1)


def _twice(field: bytes) -> bytes:
    return _swapped(b"Subject:", field + b"\r\nSubject:")


# Texts


def _text(octets: str, charset: str = "utf-8", kind: str = "plain") -> bytes:
    return f"Content-Type: text/{kind}; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{octets}".encode()


TEXT = _text("Le bilan partage est termine, bonne lecture docteur.")
MARKUP = _text("<p>Le bilan partage est termine,<br>bonne lecture <b>docteur</b>.</p>", kind="html")


def _eight_bit(content_type: str, octets: bytes) -> bytes:
    head = without(without(PLAIN, b"Content-Type"), b"Content-Transfer-Encoding").partition(b"\r\n\r\n")[0]
    return head + b"\r\n" + content_type.encode() + b"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + octets + b"\r\n"


# Archives


def _with(edits: dict[str, Edit | None], content: bytes = b"", more: dict[str, bytes] | None = None) -> bytes:
    return documents(edited(content or archive(), edits, more=more))


def _metadata(old: str, new: str, content: bytes = b"", *, times: int = -1) -> bytes:
    """Return a mail whose METADATA.XML has another text; a leading ``re:`` makes it a pattern."""

    def edit(octets: bytes) -> bytes:
        if old.startswith("re:"):
            changed = re.sub(old[3:].encode(), new.encode(), octets, flags=re.DOTALL)
        else:
            changed = octets.replace(old.encode(), new.encode(), times)
        assert changed != octets, f"nothing to change: {old}"
        return changed

    return _with({METADATA: edit}, content)


def _encrypted() -> bytes:
    octets = archive()
    at = octets.index(b"PK\x01\x02")
    return documents(octets[: at + 8] + b"\x01" + octets[at + 9 :])


def _doubled() -> bytes:
    output = io.BytesIO(archive())
    with warnings.catch_warnings(), zipfile.ZipFile(output, "a") as opened:
        warnings.simplefilter("ignore")
        opened.writestr(DOCUMENT.lower(), b"<autre/>")
    return documents(output.getvalue())


def _digest() -> str:
    with zipfile.ZipFile(io.BytesIO(archive())) as opened:
        return hashlib.sha256(opened.read(DOCUMENT)).hexdigest()


TWO_PDFS = ((PDF_NAME, PDF), (PDF_NAME.replace("_12.", "_13."), PDF + b" "))


def _coded(code: str) -> DocumentHeader:
    return header(id="2.25.3", code=Code(code, "Compte rendu", oids.LOINC))


def _two(second: DocumentHeader, *, codes: str, ins: str = "O") -> bytes:
    return documents(packed(header(), second), code=codes, ins=ins, pdfs=TWO_PDFS)


def _one_pdf_for_two() -> bytes:
    pdfs = ((PDF_NAME, PDF), (PDF_NAME.replace("_12.", "_13."), PDF))
    return documents(packed(header(), header(id="2.25.3")), pdfs=pdfs)


def _another_page() -> bytes:
    """Return a mail whose PDF is another document of the same patient, of the same day."""
    told = (
        "Glycémie à jeun, créatinine, ferritine, bilan hépatique, numération et plaquettes dans les normes usuelles",
    )
    other = render_pdf(
        PdfContent(title="Biologie", patient=LOCAL, author=PHARMACIST, created=NOW, sections=(), footer="")
    )
    text = " ".join(f"mot{rank}" for rank in range(200))
    inside = PdfContent(
        title="Compte rendu",
        patient=LOCAL,
        author=PHARMACIST,
        created=NOW,
        sections=(PdfSection("Conclusion", (*told, text)),),
    )
    return documents(packed(pdf=render_pdf(inside)), pdfs=((PDF_NAME, other),))


def _unqualified(content: bytes) -> bytes:
    """Return an archive whose metadata know the patient by the number of the pharmacy."""
    ins = rb"256036330091838\^\^\^&amp;1.2.250.1.213.1.4.8&amp;ISO\^NH"
    return edited(content, {METADATA: lambda octets: re.sub(ins, b"12^^^&amp;1.2.3.4&amp;ISO^PI", octets)})


LOCAL = replace(PATIENT, matricule="", oid="", local_id="12", local_oid="1.2.3.4")


@cache
def _without_ins() -> bytes:
    return _unqualified(packed(header(patient=LOCAL)))


@cache
def _page(patient: PatientIdentity = PATIENT, replaces: str = "") -> bytes:
    """Return what people read of a document, with its datamatrix when the patient is qualified."""
    return render_pdf(
        PdfContent(
            title="Compte rendu",
            patient=patient,
            author=PHARMACIST,
            created=NOW,
            sections=(PdfSection("Conclusion", ("Rien à signaler.",)),),
            replaces=replaces,
        )
    )


def _printed(patient: PatientIdentity) -> bytes:
    return documents(pdfs=((PDF_NAME, _page(patient)),))


def _version(*, cda: bool, metadata: bool, mention: bool) -> bytes:
    content = packed(header(replaces="2.25.9" if cda else "", version=2), replacing="2.25.9" if metadata else "")
    return documents(content, pdfs=((PDF_NAME, _page(replaces="du 02/01/2026" if mention else "")),))


def _born(date: str, name: str = "MARTIN Claire") -> str:
    return f"XDM/1.0/DDM+Compte rendu {name} {date}"


# Reports and forwards


DISPLAYED = b"Disposition: manual-action/MDN-sent-manually; displayed"
PROCESSED = b"Disposition: automatic-action/MDN-sent-automatically; processed"
KO = "[KO Intégration système !][902]"
ERROR = b"902^Identifiant de patient inconnu^applicationErrorCondition| E^Error^errorSeverity"
READER = b"rfc822;helene.valmont@pharmacien.mssante.fr"
ORIGINAL = b"Original-Message-ID: <un@pharmacien.mssante.fr>\r\n"


def _report(
    disposition: bytes = PROCESSED,
    *parts: bytes,
    subject: str = SUBJECT,
    original: bytes = ORIGINAL,
    recipients: bytes = b"Original-Recipient: " + READER + b"\r\nFinal-Recipient: " + READER + b"\r\n",
    kind: bytes = b"multipart/report; report-type=disposition-notification",
) -> bytes:
    """Return an MDN; ``parts`` are what comes after its fields: by default the mail that was processed, whole."""
    fields = recipients + original + disposition + b"\r\n"
    report = b"Content-Type: message/disposition-notification\r\n\r\n" + fields
    mail = _swapped(b"multipart/mixed", kind, composed("", TEXT, report, *(parts or (_enclosed(documents()),))))
    words = subject if subject.isascii() else Header(subject, "utf-8", maxlinelen=900).encode(maxlinelen=900)
    return _swapped(b"Subject: Bonjour", f"Subject: {words}".encode(), mail)


def _displayed(**more: Any) -> bytes:
    return _report(DISPLAYED, b"Content-Type: text/rfc822-headers\r\n\r\nSubject: Bonjour\r\n", **more)


def _returned_to(address: str) -> bytes:
    return _enclosed(f"Return-Path: <{address}>\r\n".encode() + documents())


def _enclosed(mail: bytes) -> bytes:
    return b"Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n" + mail


def _reply(subject: str = "RE: Bonjour", **headers: str) -> bytes:
    both = {"In_Reply_To": "<zero@medecin.mssante.fr>", "References": "<zero@medecin.mssante.fr>"}
    return plain(subject, **{**both, **headers})


def _signed() -> bytes:
    signature = b'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\n\r\nMIIB'
    return composed("", TEXT, signature, kind='signed; protocol="application/pkcs7-signature"')


def _with_footer() -> bytes:
    inner = b"--b\r\n" + TEXT + b"\r\n--b\r\n" + MARKUP + b"\r\n--b--\r\n"
    return composed("", b"Content-Type: multipart/alternative; boundary=b\r\n\r\n" + inner, TEXT)


def _related() -> bytes:
    image = b"Content-Type: image/png\r\nContent-ID: <i@x>\r\nContent-Disposition: inline\r\n\r\nx"
    inner = b"--b\r\n" + MARKUP + b"\r\n--b\r\n" + image + b"\r\n--b--\r\n"
    return composed("", TEXT, b"Content-Type: multipart/related; boundary=b\r\n\r\n" + inner, kind="alternative")


def _named_by_type() -> bytes:
    """Return a mail whose archive is named in Content-Type only."""
    mail = documents()
    named = b'attachment; filename="IHE_XDM.zip"'
    return _swapped(named, b"attachment", _swapped(b"application/zip", b'application/zip; name="IHE_XDM.zip"', mail))


def _nameless() -> bytes:
    return _swapped(b'Content-Disposition: attachment; filename="IHE_XDM.zip"', b"X-Sans-Nom: oui", documents())


PROGRAM = b"MZ\x90\x00\x03"

FAULTY = (
    # Heads
    _bad("MSS-NIL", "sans NIL", without(PLAIN, b"X-MSS-NIL")),
    _bad("MSS-NIL", "NIL vide", _swapped(b"X-MSS-NIL: SBX-LGO-000001", b"X-MSS-NIL: ")),
    _bad("MSS-MESSAGE-ID", "sans Message-ID", without(PLAIN, b"Message-ID")),
    _bad("MSS-MESSAGE-ID", "Message-ID sans chevrons", _swapped(b"<un@pharmacien.mssante.fr>", b"un@x.fr")),
    _bad("MSS-MESSAGE-ID", "Message-ID sans domaine", _swapped(b"<un@pharmacien.mssante.fr>", b"<un>")),
    _bad("MSS-DATE", "sans Date", without(PLAIN, b"Date")),
    _bad("MSS-DATE", "Date à la française", _swapped(b"Mon, 05 Jan 2026 11:00:00 +0100", b"le 5 janvier 2026")),
    _bad("MSS-HEADER-ONCE", "deux objets", _twice(b"Subject: Premier")),
    _bad("MSS-HEADER-ONCE", "deux numéros de produit", _twice(b"X-MSS-NIL: SBX-LGO-000002")),
    _bad("MSS-HEADER-ASCII", "objet en octets", _swapped(b"Bonjour", "Été".encode()), eight_bit=True),
    _bad("MSS-FROM-LABEL", "adresse seule", plain(sender="helene.valmont@pharmacien.mssante.fr")),
    _bad("MSS-FROM-LABEL", "un seul mot", plain(sender="VALMONT <helene.valmont@pharmacien.mssante.fr>")),
    _bad("MSS-FROM-LABEL", "adresse en libellé", plain(sender='"h@x.fr" <helene.valmont@pharmacien.mssante.fr>')),
    _bad("MSS-FROM-ADDRESS", "au nom d'un autre", plain(sender="M. Thomas CASTELNAU <thomas@pharmacien.mssante.fr>")),
    _bad("MSS-FROM-ADDRESS", "sans From", without(PLAIN, b"From")),
    _bad("MSS-REPLY-THREADING", "RE: sans fil", plain("RE: Bonjour")),
    _bad("MSS-REPLY-THREADING", "Re : sans fil", plain("Re : Bonjour")),
    _bad("MSS-REPLY-THREADING", "réponse sans References", without(_reply(), b"References")),
    _bad("MSS-REPLY-THREADING", "References d'un autre fil", _reply(References="<autre@medecin.mssante.fr>")),
    _bad("MSS-APP-REPLY-TO", "boîte applicative sans Reply-To", _by_application(), **_FROM_APPLICATION),
    _bad(
        "MSS-APP-REPLY-TO", "boîte applicative pour réponse", _by_application(Reply_To=APPLICATION), **_FROM_APPLICATION
    ),
    _bad("MSS-REPLY-TO", "réponse hors de la messagerie de santé", plain(Reply_To="pharmacie@courriel.example")),
    _bad("MSS-SUBJECT-INS", "INS dans l'objet", plain(f"Ordonnance de {MATRICULE}")),
    _bad("MSS-SUBJECT-INS", "INS espacé dans l'objet", plain("Patiente 2 56 03 63 300 918 38")),
    _bad("MSS-SUBJECT-INS", "INS dans l'objet XDM", documents(subject=f"{SUBJECT} {MATRICULE}")),
    _bad("MSS-READ-REPORT", "rapport sans message d'origine", lambda: _report(original=b"")),
    _bad("MSS-REPORT-FORM", "rapport en multipart/mixed", lambda: _report(kind=b"multipart/mixed")),
    _bad("MSS-REPORT-FORM", "rapport sans report-type", lambda: _report(kind=b"multipart/report")),
    _bad("MSS-REPORT-RECIPIENTS", "rapport sans destinataire", lambda: _report(recipients=b"")),
    _bad(
        "MSS-REPORT-RECIPIENTS",
        "destinataire d'origine absent",
        lambda: _report(recipients=b"Final-Recipient: " + READER + b"\r\n"),
    ),
    _bad(
        "MSS-REPORT-RECIPIENTS",
        "adresse sans type",
        lambda: _report(recipients=b"Original-Recipient: a@b.fr\r\nFinal-Recipient: a@b.fr\r\n"),
    ),
    _bad("MSS-REPORT-DISPOSITION", "sans Disposition", lambda: _report(b"X-Sans: rien")),
    _bad("MSS-REPORT-DISPOSITION", "type seul", lambda: _report(b"Disposition: processed")),
    _bad("MSS-REPORT-DISPOSITION", "type inconnu", lambda: _report(PROCESSED.replace(b"processed", b"filed"))),
    _bad("MSS-REPORT-DISPOSITION", "erreur sans détail", lambda: _report(PROCESSED + b"/error")),
    _bad(
        "MSS-REPORT-DISPOSITION",
        "code d'erreur inconnu",
        lambda: _report(
            PROCESSED + b"/error\r\nError: 999^Autre", subject=f"[KO Intégration système !][999] {SUBJECT}"
        ),
    ),
    _bad("MSS-REPORT-DISPOSITION", "détail après un autre mot", lambda: _report(PROCESSED + b"/KO: 902^Inconnu")),
    _bad("MSS-REPORT-SUBJECT", "erreur, objet d'origine", lambda: _report(PROCESSED + b"/error\r\nError: " + ERROR)),
    _bad("MSS-REPORT-SUBJECT", "objet en erreur, succès", lambda: _report(subject=f"{KO} {SUBJECT}")),
    _bad(
        "MSS-REPORT-SUBJECT",
        "autre code dans l'objet",
        lambda: _report(PROCESSED + b"/Error: " + ERROR, subject=f"[KO Intégration système !][906] {SUBJECT}"),
    ),
    _bad("MSS-REPORT-ORIGINAL", "sans le message d'origine", lambda: _report(PROCESSED, TEXT)),
    _bad(
        "MSS-REPORT-ORIGINAL",
        "un autre message joint",
        lambda: _report(original=ORIGINAL.replace(b"<un@", b"<deux@")),
    ),
    _bad("MSS-REPORT-RETURN-PATH", "accusé avec adresse de retour", lambda: _displayed(), own_path=True),
    _bad(
        "MSS-REPORT-CONSENT",
        "accusé automatique vers un autre",
        lambda: _report(PROCESSED, _returned_to("nadia.boissiere@infirmier.mssante.fr")),
    ),
    # Texts
    _bad("MSS-BODY", "HTML seul", _swapped(b"text/plain", b"text/html")),
    _bad("MSS-BODY", "HTML d'abord", composed("", MARKUP, TEXT, kind="alternative")),
    _bad("MSS-BODY", "texte et HTML l'un après l'autre", composed("", TEXT, MARKUP)),
    _bad(
        "MSS-BODY-SAME",
        "texte de remplacement",
        composed("", _text("Votre logiciel ne lit pas ce format."), MARKUP, kind="alternative"),
    ),
    _bad("MSS-UTF8", "Latin 1", _swapped(b'charset="utf-8"', b'charset="iso-8859-1"')),
    _bad("MSS-UTF8", "Windows", _swapped(b'charset="utf-8"', b'charset="windows-1252"')),
    _bad("MSS-CHARSET", "huit bits sans charset", _eight_bit("X-A: b", "élève".encode()), eight_bit=True),
    _bad(
        "MSS-CHARSET",
        "Latin 1 annoncé UTF-8",
        _eight_bit("Content-Type: text/plain; charset=utf-8", "élève".encode("latin-1")),
        eight_bit=True,
    ),
    _bad(
        "MSS-CHARSET",
        "UTF-8 annoncé ASCII",
        _eight_bit("Content-Type: text/plain; charset=us-ascii", "élève".encode()),
        eight_bit=True,
    ),
    _bad(
        "MSS-8BITMIME",
        "huit bits non annoncés",
        _eight_bit("Content-Type: text/plain; charset=utf-8", "élève".encode()),
    ),
    _bad("MSS-LINE-LENGTH", "ligne de 1200", PLAIN + b"a" * 1200 + b"\r\n"),
    _bad("MSS-WELL-FORMED", "frontière de fin absente", composed("", TEXT).removesuffix(b"--a--\r\n")),
    _bad(
        "MSS-WELL-FORMED",
        "base 64 sans remplissage",
        _swapped(
            b"--a--",
            b"--a\r\nContent-Transfer-Encoding: base64\r\nContent-Type: image/png\r\n\r\nQQ\r\n--a--",
            composed("", TEXT),
        ),
    ),
    # Attached files
    _bad("MSS-EXECUTABLE", "programme", attached(("mise_a_jour.exe", "application/octet-stream", PROGRAM))),
    _bad("MSS-EXECUTABLE", "double extension", attached(("resultat.pdf.js", "text/javascript", b"alert(1)"))),
    _bad("MSS-EXECUTABLE", "programme déguisé", attached(("photo.png", "image/png", PROGRAM))),
    _bad("MSS-PART-TYPE", "archive en octet-stream", documents(subtype="octet-stream")),
    _bad("MSS-PART-TYPE", "PDF en octet-stream", attached(("a.pdf", "application/octet-stream", PDF))),
    _bad("MSS-PART-TYPE", "page web nommée PDF", attached(("a.pdf", "application/pdf", b"<html>erreur 500</html>"))),
    # Announced
    _bad("MSS-XDM-ANNOUNCED", "objet XDM, rien de joint", plain(SUBJECT)),
    _bad("MSS-XDM-ANNOUNCED", "objet XDM, PDF seul", attached((PDF_NAME, "application/pdf", PDF), subject=SUBJECT)),
    _bad("MSS-XDM-ANNOUNCED", "deux en-têtes, rien de joint", plain(X_MSS_INS="O", X_MSS_CODECDA=CODE)),
    _bad("MSS-XDM-ANNOUNCED", "le texte annonce", plain(text="Veuillez trouver ci-joint l'archive IHE_XDM.zip.")),
    _bad("MSS-XDM-ANNOUNCED", "IHE_XDM.rar", attached(("IHE_XDM.rar", "application/octet-stream", b"Rar!"))),
    _bad("MSS-INS-HEADER", "X-MSS-INS sans archive", plain(X_MSS_INS="N")),
    _bad("MSS-CODE-HEADER", "X-MSS-CODECDA sans archive", plain(X_MSS_CODECDA=CODE)),
    # The archive and its PDFs
    _bad("MSS-XDM-NAME", "trait d'union", documents(name="IHE-XDM.zip")),
    _bad("MSS-XDM-NAME", "copie numérotée", documents(name="IHE_XDM (1).zip")),
    _bad("MSS-XDM-NAME", "sans nom", lambda: _nameless()),
    _bad("MSS-XDM-NAME", "autre nom, même contenu", documents(name="documents.zip")),
    _bad("MSS-XDM-AND-PDF", "deux archives", documents(more=(("IHE_XDM.ZIP", "application/zip", archive()),))),
    _bad("MSS-XDM-AND-PDF", "sans PDF", documents(pdfs=())),
    _bad("MSS-XDM-AND-PDF", "un PDF de trop", documents(pdfs=((PDF_NAME, PDF), (PDF_NAME, PDF)))),
    _bad("MSS-PDF-TWICE", "un PDF pour deux documents", _one_pdf_for_two),
    _bad("MSS-PDF-A1", "PDF ordinaire", documents(pdfs=((PDF_NAME, b"%PDF-1.7"),))),
    _bad("MSS-PDF-A1", "PDF/A-3", documents(pdfs=((PDF_NAME, b"%PDF-1.7 <pdfaid:part>3</pdfaid:part>"),))),
    _bad("MSS-PDF-NAME", "PDF sans nom réglé", documents(pdfs=(("bilan.pdf", PDF),))),
    _bad("MSS-XDM-SUBJECT", "objet sans préfixe", documents(subject="Compte rendu MARTIN Claire 30/03/1956")),
    _bad("MSS-XDM-SUBJECT", "objet sans date", documents(subject="XDM/1.0/DDM+Compte rendu MARTIN Claire")),
    _bad("MSS-XDM-SUBJECT", "date à l'anglaise", documents(subject=_born("1956-03-30"))),
    _bad("MSS-INS-HEADER", "N pour un INS qualifié", documents(ins="N")),
    _bad("MSS-INS-HEADER", "X-MSS-INS absent", documents(ins="")),
    _bad("MSS-INS-HEADER", "O sans INS", lambda: documents(_without_ins(), ins="O")),
    _bad("MSS-CODE-HEADER", "autre code", documents(code="51969-4")),
    _bad("MSS-CODE-HEADER", "code absent", documents(code="")),
    _bad("MSS-CODE-HEADER", "un code sur deux", lambda: _two(_coded("34133-9"), codes=CODE)),
    _bad("MSS-CODE-HEADER", "point-virgule", lambda: _two(_coded("34133-9"), codes=f"{CODE};34133-9")),
    _bad("MSS-CODE-REPEATED", "code répété", lambda: _two(header(id="2.25.3"), codes=f"{CODE},{CODE}")),
    # In the archive
    _bad("MSS-XDM-ZIP", "archive coupée", lambda: documents(archive()[:-200])),
    _bad("MSS-XDM-ZIP", "ce n'est pas un ZIP", documents(b"IHE_XDM")),
    _bad("MSS-XDM-ZIP", "codée deux fois", lambda: documents(base64.b64encode(archive()))),
    _bad("MSS-XDM-LIMITS", "deux cents fichiers", lambda: _with({}, more={f"f{n}": b"" for n in range(200)})),
    _bad("MSS-XDM-PATH", "chemin de Windows", lambda: _with({}, more={"IHE_XDM\\SUBSET01\\A.XML": b"<a/>"})),
    _bad("MSS-XDM-PATH", "hors de l'archive", lambda: _with({}, more={"../A.XML": b"<a/>"})),
    _bad("MSS-XDM-TWICE", "fichier deux fois", _doubled),
    _bad("MSS-XDM-METHOD", "mot de passe", _encrypted),
    _bad("MSS-XDM-NESTED", "archive dans l'archive", lambda: _with({}, more={"IHE_XDM.BIN": archive()})),
    _bad("MSS-XDM-METADATA", "sans METADATA.XML", lambda: _with({METADATA: None})),
    _bad(
        "MSS-XDM-METADATA",
        "METADATA.XML à la racine",
        lambda: _with({METADATA: None}, more={"METADATA.XML": b"<a/>"}),
    ),
    _bad("MSS-XDM-METADATA-XML", "METADATA.XML mal formé", lambda: _with({METADATA: lambda octets: octets[:-9]})),
    _bad("MSS-XDM-TREE", "sans README.TXT", lambda: _with({"README.TXT": None})),
    _bad("MSS-XDM-TREE", "sans INDEX.HTM", lambda: _with({"INDEX.HTM": None})),
    _bad("MSS-XDM-URI", "document absent", lambda: _with({DOCUMENT: None})),
    _bad("MSS-XDM-URI", "URI avec dossier", lambda: _metadata("DOC00001.XML", "SUBSET01/DOC00001.XML")),
    _bad("MSS-XDM-ALTERED", "document changé", lambda: documents(archive(broken=True))),
    _bad("MSS-XDM-HASH", "autre empreinte", lambda: _metadata("re:>[0-9a-f]{40}<", f">{'0' * 40}<")),
    _bad("MSS-XDM-HASH", "SHA-256", lambda: _metadata("re:>[0-9a-f]{40}<", f">{_digest()}<")),
    _bad("MSS-XDM-SIZE", "autre taille", lambda: _metadata('re:(name="size".*?>)[0-9]+<', r"\g<1>12<")),
    _bad("MSS-XDM-MIME", "application/xml", lambda: _metadata('mimeType="text/xml"', 'mimeType="application/xml"')),
    _bad(
        "MSS-XDM-UNDESCRIBED",
        "document non décrit",
        lambda: _with({}, more={"IHE_XDM/SUBSET01/DOC00002.XML": b'<ClinicalDocument xmlns="urn:hl7-org:v3"/>'}),
    ),
    _bad(
        "MSS-XDM-EMPTY",
        "aucun document décrit",
        lambda: documents(
            edited(
                archive(),
                {
                    METADATA: lambda o: re.sub(
                        rb"<([\w:]*)ExtrinsicObject.*</\1ExtrinsicObject>", b"", o, flags=re.DOTALL
                    )
                },
            ),
            pdfs=(),
            code="",
            ins="",
        ),
    ),
    _bad(
        "MSS-XDM-SUBMISSION-SET",
        "sans lot de soumission",
        lambda: _metadata(r"re:<([\w:]*)RegistryPackage.*</\1RegistryPackage>", ""),
    ),
    _bad("MSS-XDM-PATIENT-ID", "patientId sans domaine", lambda: _patient_ids("256036330091838")),
    _bad("MSS-XDM-PATIENT-ID", "aucun patientId", lambda: _patient_ids("")),
    _bad(
        "MSS-XDM-CDA",
        "un document qui n'est pas un CDA",
        lambda: documents(_rewritten(b"<Ordonnance>Doliprane</Ordonnance>")),
    ),
    _bad("MSS-XDM-CDA", "un des deux CDA illisible", lambda: _half_unread()),
    _bad("MSS-XDM-PATIENTS", "deux patients dans les CDA", lambda: _two_patients()),
    _bad(
        "MSS-XDM-PATIENTS",
        "deux patients dans les métadonnées",
        lambda: _metadata("256036330091838^^^", "155128002194517^^^", times=1),
    ),
    # One truth
    _bad("MSS-SAME-PATIENT", "patientId d'un autre", lambda: _metadata("256036330091838^^^", "155128002194517^^^")),
    _bad("MSS-SAME-PATIENT", "autre domaine d'INS", lambda: _metadata("213.1.4.8&amp;ISO^NH", "213.1.4.9&amp;ISO^NH")),
    _bad("MSS-SAME-PATIENT", "CDA d'un autre", lambda: _mixed(patient=OTHER)),
    _bad("MSS-SAME-TRAITS", "autre nom", lambda: _metadata("PID-5|MARTIN^", "PID-5|MARTINEAU^")),
    _bad("MSS-SAME-TRAITS", "autre prénom", lambda: _metadata("MARTIN^CLAIRE", "MARTIN^PAUL")),
    _bad("MSS-SAME-TRAITS", "autre naissance", lambda: _metadata("PID-7|19560330", "PID-7|19560331")),
    _bad(
        "MSS-SAME-AUTHOR",
        "autre auteur",
        lambda: _mixed(authors=(replace(PHARMACIST, national_id="899700090022", family_name="CASTELNAU"),)),
    ),
    _bad(
        "MSS-SAME-AUTHOR", "autre nom d'auteur", lambda: _mixed(authors=(replace(PHARMACIST, family_name="CASTELNAU"),))
    ),
    _bad("MSS-SAME-TYPE", "autre type", lambda: _typed()),
    _bad("MSS-SAME-DOCUMENT", "autre document", lambda: _mixed(id="2.25.404")),
    _bad("MSS-SAME-DATE", "autre date", lambda: _mixed(effective_time=NOW.replace(year=2024))),
    _bad("MSS-SAME-SUBJECT", "autre nom dans l'objet", documents(subject=_born("30/03/1956", "PICARD Claire"))),
    _bad("MSS-SAME-SUBJECT", "autre prénom dans l'objet", documents(subject=_born("30/03/1956", "MARTIN Paul"))),
    _bad("MSS-SAME-SUBJECT", "autre naissance dans l'objet", documents(subject=_born("31/03/1956"))),
    _bad("MSS-SAME-SUBJECT", "jour et mois échangés", documents(subject=_born("03/30/1956"))),
    _bad("MSS-SAME-ADDRESS", "documents d'un autre usager", documents(), to=(STRANGER,)),
    _bad("MSS-SAME-ADDRESS", "usager et un autre", documents(), to=(CITIZEN, STRANGER)),
    _bad(
        "MSS-SAME-FILE-NAME",
        "PDF d'un autre",
        documents(pdfs=(("20260105_Compte rendu_PICARD_Bruno_12.pdf", PDF),)),
    ),
    _bad(
        "MSS-SAME-FILE-NAME",
        "PDF d'un autre jour",
        documents(pdfs=(("20250105_Compte rendu_MARTIN_Claire_12.pdf", PDF),)),
    ),
    _bad("MSS-SAME-PRINT", "imprimé d'un autre", lambda: _printed(replace(LOCAL, birth_name="PICARD"))),
    _bad("MSS-SAME-PRINT", "autre naissance imprimée", lambda: _printed(replace(LOCAL, birth_date="1956-03-31"))),
    _bad("MSS-SAME-CONTENT", "un autre document du patient", lambda: _another_page()),
    _bad("MSS-SAME-DATAMATRIX", "datamatrix d'un autre", lambda: documents(pdfs=((PDF_NAME, scannable(OTHER)),))),
    # Versions
    _bad("MSS-REPLACES", "METADATA.XML n'en dit rien", lambda: _version(cda=True, metadata=False, mention=True)),
    _bad("MSS-REPLACES", "le CDA n'en dit rien", lambda: _version(cda=False, metadata=True, mention=True)),
    _bad("MSS-REPLACES", "sans mention imprimée", lambda: _version(cda=True, metadata=True, mention=False)),
    # Citizens
    _bad("MSS-CITIZEN-INS", "documents sans INS", lambda: documents(_without_ins(), ins="N"), to=(CITIZEN,)),
    _bad("MSS-CITIZEN-DOCUMENTS", "sans PDF", documents(pdfs=()), to=(CITIZEN,)),
    _bad("MSS-CITIZEN-DOCUMENTS", "PDF ordinaire", documents(pdfs=((PDF_NAME, b"%PDF-1.7"),)), to=(CITIZEN,)),
    _bad("MSS-FIN", "FIN à un professionnel", plain(X_MSS_MES="FIN")),
    _bad("MSS-FIN", "fin en minuscules", plain(X_MSS_MES="fin"), to=(CITIZEN,)),
    _bad("MSS-FIN", "objet [Fin]", plain("[Fin]"), to=(CITIZEN,)),
    _bad("MSS-INS-DATAMATRIX", "compte rendu sans datamatrix", lambda: _review(_page(LOCAL))),
)


def _patient_ids(value: str) -> bytes:
    return _metadata(r"re:256036330091838\^\^\^&amp;[0-9.]+&amp;ISO\^NH", value)


def _rewritten(octets: bytes) -> bytes:
    """Return an archive whose document is other octets, and whose metadata describe these."""
    digest = hashlib.sha1(octets, usedforsecurity=False).hexdigest().encode()

    def described(metadata: bytes) -> bytes:
        metadata = re.sub(rb">[0-9a-f]{40}<", b">" + digest + b"<", metadata)
        return re.sub(rb'(name="size".*?>)[0-9]+<', rb"\g<1>%d<" % len(octets), metadata, flags=re.DOTALL)

    return edited(archive(), {METADATA: described, DOCUMENT: lambda _: octets})


def _half_unread() -> bytes:
    """Return a mail of two documents whose second, the only one of a qualified patient, is no CDA."""
    octets = b"<Ordonnance>Doliprane</Ordonnance>"
    digest = hashlib.sha1(octets, usedforsecurity=False).hexdigest().encode()

    def described(metadata: bytes) -> bytes:
        first, second = re.split(rb"(?=<[\w:]*ExtrinsicObject [^>]*Document02)", metadata)
        second = re.sub(rb">[0-9a-f]{40}<", b">" + digest + b"<", second)
        return first + re.sub(rb'(name="size".*?>)[0-9]+<', rb"\g<1>%d<" % len(octets), second, flags=re.DOTALL)

    content = packed(header(patient=LOCAL), _coded("34133-9"))
    second = DOCUMENT.replace("00001", "00002")
    spoilt = edited(content, {METADATA: described, second: lambda _: octets})
    return documents(spoilt, pdfs=TWO_PDFS, code=f"{CODE},34133-9")


def _two_patients() -> bytes:
    """Return a mail of two documents, of two patients, that its metadata give to one."""
    content = packed(header(patient=OTHER), header(id="2.25.3"), metadata=header())
    return documents(content, pdfs=TWO_PDFS)


def _mixed(**changes: Any) -> bytes:
    """Return a mail whose CDA says something that its metadata say otherwise."""
    return documents(packed(header(**changes), metadata=header()))


def _typed() -> bytes:
    content = packed(_coded("34133-9"), metadata=header(id="2.25.3"))
    return documents(content, code="34133-9")


def _review(pdf: bytes) -> bytes:
    return documents(archive(REVIEW, pdf=pdf), code=REVIEW)


PARTICLE = replace(PATIENT, birth_name="LE GOFF", first_names=("ANNE", "LEA"))
DOUBLE = replace(PATIENT, birth_name="MARTIN-LE GOFF", used_name="O'BRIEN", first_names=("ANNE-MARIE", "LÉA"))


def _of(patient: PatientIdentity, name: str, pdf_name: str) -> bytes:
    return documents(
        packed(header(patient=patient)),
        subject=_born("30/03/1956", name),
        pdfs=((f"20260105_Compte rendu_{pdf_name}_12.pdf", PDF),),
    )


def _labelled(label: str) -> bytes:
    return plain(sender=f"{label} <helene.valmont@pharmacien.mssante.fr>")


def _accented() -> bytes:
    message = EmailMessage()
    message["Subject"] = "Réponse à votre demande du 3 janvier : élève, œdème, cœur, 12 € et beaucoup d'autres mots"
    return _swapped(b"Subject: Bonjour\r\n", message.as_bytes().split(b"\n\n")[0].replace(b"\n", b"\r\n") + b"\r\n")


RIGHT = (
    # Habits of mail
    _good("courriel simple", PLAIN),
    _good("ASCII sans charset", _swapped(b'; charset="utf-8"', b"")),
    _good("objet accentué en mots codés", _accented),
    _good("réponse reliée", _reply()),
    _good("Re : à la française", _reply("Re : Bonjour")),
    _good("réponse sans préfixe", _reply("Bonjour")),
    _good("réponse d'un long fil", _reply(References="<a@x.fr> <zero@medecin.mssante.fr> <b@x.fr>")),
    _good("Réf : n'est pas une réponse", plain("Réf : dossier 12")),
    _good("Ref: en capitales", plain("REF: dossier 12")),
    _good("TR: est un transfert", plain("TR: Bonjour")),
    _good("transfert qui garde le fil", plain("Fwd: Bonjour", References="<zero@medecin.mssante.fr>")),
    _good("transfert d'Outlook", plain("TR: Bonjour", In_Reply_To="<z@x.fr>")),
    _good("fil sans In-Reply-To", plain(References="<zero@medecin.mssante.fr>")),
    _good("objet qui commence par Re sans deux-points", plain("Renouvellement de l'ordonnance")),
    _good("nombre de quinze chiffres qui n'est pas un INS", plain("Commande 123456789012345")),
    _good("pied de page après le HTML", lambda: _with_footer()),
    _good("transfert joint", composed("", TEXT, _enclosed(documents()))),
    _good("accusé d'intégration du volet 1.1.3", lambda: _report()),
    _good(
        "refus d'intégration du volet 1.1.3",
        lambda: _report(PROCESSED + b"/error\r\nError: " + ERROR, subject=f"{KO} {SUBJECT}"),
    ),
    _good(
        "refus d'intégration des versions antérieures",
        lambda: _report(PROCESSED + b"/Error: " + ERROR, subject=f"{KO} {SUBJECT}"),
    ),
    _good(
        "refus d'intégration ancien, objet sans code",
        lambda: _report(PROCESSED + b"/Error: " + ERROR, subject=f"[KO Intégration système !] {SUBJECT}"),
    ),
    _good("accusé de lecture d'une personne", lambda: _displayed(subject="Lu : Bonjour")),
    _good("supprimé sans être lu", lambda: _report(DISPLAYED.replace(b"displayed", b"deleted"), TEXT)),
    _good("accusé automatique vers l'expéditeur", lambda: _report(PROCESSED, _returned_to(DOCTOR))),
    _good(
        "accusé consenti vers un autre",
        lambda: _report(
            PROCESSED.replace(b"sent-automatically", b"sent-manually"),
            _returned_to("nadia.boissiere@infirmier.mssante.fr"),
        ),
    ),
    _good("demande d'accusés", plain(Disposition_Notification_To=DOCTOR, Return_Receipt_To=DOCTOR)),
    _good("Reply-To de la structure", plain(Reply_To=STRUCTURE)),
    _good("boîte applicative", _by_application(Reply_To=STRUCTURE), **_FROM_APPLICATION),
    _good("adresse de From en capitales", plain(sender="Mme Helene VALMONT <Helene.Valmont@Pharmacien.mssante.fr>")),
    _good("huit bits annoncés", _eight_bit("Content-Type: text/plain; charset=utf-8", "é".encode()), eight_bit=True),
    # Labels
    _good("titre, prénom, nom, entité", _labelled('"Dr_Helene_VALMONT_Pharmacie de la Fontaine"')),
    _good("libellé tout en traits bas", _labelled("DR_Helene_VALMONT_PHARMACIE")),
    _good("nom d'abord", _labelled('"VALMONT, Helene (Pharmacie)"')),
    _good("libellé accentué", _labelled("=?utf-8?q?Mme_H=C3=A9l=C3=A8ne_VALMONT?=")),
    _good(
        "structure en un mot",
        plain(sender=f"FONTAINE <{STRUCTURE}>"),
        mailbox=STRUCTURE,
        kind=BoxKind.ORGANISATION,
    ),
    # Texts and files
    _good("texte et HTML", composed("", TEXT, MARKUP, kind="alternative")),
    _good("HTML avec image", _related),
    _good("texte autour d'une pièce", composed("", TEXT, b"Content-Type: image/png\r\n\r\nx", TEXT)),
    _good("message signé", _signed),
    _good("photo", attached(("photo.jpg", "image/jpeg", b"\xff\xd8"))),
    _good("archive qui n'est pas XDM", attached(("photos.zip", "application/zip", b"PK\x03\x04rien"))),
    _good("PDF sans archive", attached(("notice.pdf", "application/pdf", b"%PDF-1.7"))),
    _good("archive dont on parle", plain(text="Je n'ai pas pu ouvrir la pièce jointe IHE_XDM.zip, renvoyez-la.")),
    _good("archive citée", plain(text="Merci.\r\n> Veuillez trouver ci-joint l'archive IHE_XDM.zip.")),
    _good("réponse à un envoi de documents", _reply(f"RE: {SUBJECT}")),
    # Documents
    _good("documents", documents()),
    _good("IHE_XDM.ZIP", documents(name="IHE_XDM.ZIP")),
    _good("ihe_xdm.zip", documents(name="ihe_xdm.zip")),
    _good("nom dans Content-Type seul", _named_by_type),
    _good("type de Windows", documents(subtype="x-zip-compressed")),
    _good("transfert de documents", documents(subject=f"TR: {SUBJECT}")),
    _good("objet avec mention", documents(subject=f"XDM/1.0/DDM+ANNULE ET REMPLACE {SUBJECT[12:]}")),
    _good("nom d'abord en minuscules", documents(subject=_born("30/03/1956", "Martin claire"))),
    _good("accents et traits", lambda: _of(DOUBLE, "MARTIN LE GOFF Anne Marie", "MARTIN-LE GOFF_Anne-Marie")),
    _good("particule collée", lambda: _of(PARTICLE, "LEGOFF Anne", "LEGOFF_ANNE")),
    _good("ligature", lambda: _of(replace(PATIENT, birth_name="LEBŒUF"), "LEBOEUF Claire", "LEBOEUF_Claire")),
    _good("nom utilisé", lambda: _of(DOUBLE, "O'BRIEN Léa", "O BRIEN_Lea")),
    _good("nom du PDF accentué", documents(pdfs=(("20260105_CR d'imagerie médicale_MARTIN_Claire_12.pdf", PDF),))),
    _good("deux documents, un code", lambda: _two(header(id="2.25.3"), codes=CODE)),
    _good("codes dans un autre ordre", lambda: _two(_coded("34133-9"), codes=f"34133-9, {CODE}")),
    _good("patient sans INS", lambda: documents(_without_ins(), ins="N")),
    _good("O dès qu'un document est qualifié", lambda: _half_qualified()),
    _good("metadata en heure locale", lambda: _metadata("20260105100000", "20260105110000")),
    _good("PDF lu et datamatrix", lambda: _printed(PATIENT)),
    _good("datamatrix seul", lambda: documents(pdfs=((PDF_NAME, scannable(PATIENT)),))),
    _good("bilan avec datamatrix", lambda: _review(_page())),
    _good("nouvelle version", lambda: _version(cda=True, metadata=True, mention=True)),
    _good("auteur et co-auteur", lambda: _co_authored()),
    # Citizens
    _good("mot à un usager", PLAIN, to=(CITIZEN,)),
    _good("documents à un usager", documents(), to=(CITIZEN,)),
    _good("documents à l'usager et au médecin", documents(), to=(DOCTOR, CITIZEN)),
    _good("FIN", plain(X_MSS_MES="FIN"), to=(CITIZEN,)),
    _good("objet [FIN]", plain("[FIN]"), to=(CITIZEN,)),
    _good("fin de traitement", plain("Fin de traitement"), to=(CITIZEN,)),
    _good("à postmaster", PLAIN, to=("postmaster",)),
)


def _half_qualified() -> bytes:
    """Return a mail with two documents of one patient, whose INS only one of both has."""
    content = packed(header(), header(id="2.25.3", patient=LOCAL))
    return documents(content, pdfs=TWO_PDFS)


def _co_authored() -> bytes:
    other = replace(PHARMACIST, national_id="899700090022", family_name="CASTELNAU", given_name="Thomas")
    return documents(packed(header(authors=(PHARMACIST, other)), metadata=header()))
