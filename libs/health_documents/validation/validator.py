"""Validates a file: what it is, which layers concern it, and the files inside it.

Source: specs/cda.md §1.3 and §7 (order of the official validation), design of the project; confidence high. Every file
gets an answer: what cannot be read is a problem of the report, never an exception.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from health_documents import oids
from health_documents.cda.read.parts import children
from health_documents.cda.read.reader import ReadDocument, read_document
from health_documents.errors import ArtefactsError, DocumentError, XdmError
from health_documents.quoting import quoted
from health_documents.validation.artefacts import Artefacts, artefacts_in
from health_documents.validation.body_rules import body_rules, level_1_file
from health_documents.validation.code_rules import code_rules
from health_documents.validation.header_rules import header_rules
from health_documents.validation.identity_rules import identity_rules
from health_documents.validation.mail_rules import MAX_MAIL_BYTES, mail_rules, parse_mail
from health_documents.validation.model_rules import model_rules
from health_documents.validation.pdf_rules import pdf_rules
from health_documents.validation.people_rules import people_rules
from health_documents.validation.report import Report, Subject
from health_documents.validation.rules import Fault, Faults
from health_documents.validation.source import HL7, CdaSource, source_of
from health_documents.validation.time_rules import time_rules
from health_documents.validation.xdm_rules import entry_rules, xdm_rules
from health_documents.xdm.read import XdmArchive, read_xdm
from health_documents.xml import MalformedXml, parse

__all__ = ["Validator"]

OWN, XSD, JDV, SCH = "règles propres", "schéma XSD", "jeux de valeurs", "schématrons"
_NO_FOLDER = "schéma et jeux de valeurs officiels : dossier d'artefacts non indiqué (LGO_SANDBOX_ARTEFACTS)"
_WINDOW = 4096
_MAX_ARCHIVES = 2
_MAX_PDFS = 20
_MAIL_HEADERS = (
    b"received:",
    b"from:",
    b"to:",
    b"subject:",
    b"message-id:",
    b"mime-version:",
    b"return-path:",
    b"date:",
)
_CDA_PROBLEM = "CDA-XML-02"


class Validator:
    """Validates files of any kind; ``folder`` holds official artefacts, ``schematrons`` plays them when it can.

    ``compares_pdfs`` False: of the PDF in a document the marks and fonts are looked at, not what it shows.
    """

    def __init__(self, folder: Path | None = None, *, schematrons: bool = True, compares_pdfs: bool = True) -> None:
        """Choose the artefacts. Raises ArtefactsError for a folder that does not exist."""
        self._compares_pdfs = compares_pdfs
        self._artefacts: Artefacts | None = artefacts_in(folder) if folder else None
        self._schematrons = schematrons

    def validate(self, data: bytes, name: str = "document") -> Report:
        """Return the report of a file: a CDA, a PDF, an XDM archive or a mail, told by its first bytes."""
        if data[:4] == b"PK\x03\x04":
            return self._archive(data, name)
        if b"%PDF-" in data[:1024]:
            return Report.of(Subject(name, "pdf"), pdf_rules(data), (OWN,))
        start = data[:_WINDOW].lstrip(b"\xef\xbb\xbf \t\r\n")
        if start.startswith(b"<") or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return self._cda(data, name)
        if start.lower().startswith(_MAIL_HEADERS) or name.lower().endswith(".eml"):
            return self._mail(data, name)
        return Report.of(Subject(name, "inconnu"), (Fault("FIL-01", quoted(data[:16])),), (OWN,))

    def _cda(self, data: bytes, name: str) -> Report:
        try:
            root = parse(data)
        except MalformedXml as error:
            return Report.of(Subject(name, "cda"), (Fault("CDA-XML-01", error.reason[:300]),), (OWN,))
        if root.tag != f"{HL7}ClinicalDocument":
            return Report.of(Subject(name, "cda"), (Fault(_CDA_PROBLEM, str(root.tag)[:200]),), (OWN,))
        return self.validate_cda(source_of(root), data, name)

    def validate_cda(self, source: CdaSource, data: bytes, name: str = "document") -> Report:
        """Return the report of a CDA that is opened already; ``data`` are its octets."""
        layers, skipped = self._layers()
        faults = chain(self._own(source), self._official(source, data, layers, skipped))
        report = Report.of(Subject(name, "cda", source.model.key if source.model else ""), faults, layers, skipped)
        return self._with_pdf(report, source)

    def _layers(self) -> tuple[list[str], list[str]]:
        if self._artefacts is None:
            return [OWN], [_NO_FOLDER]
        layers, skipped = [OWN], []
        if self._artefacts.schema is None:
            skipped.append("schéma XSD absent du dossier d'artefacts")
        else:
            layers.append(XSD)
        if self._artefacts.value_sets:
            layers.append(JDV)
        else:
            skipped.append("jeux de valeurs absents du dossier d'artefacts")
        return layers, skipped

    def _own(self, source: CdaSource) -> Iterator[Fault]:
        for rules in (header_rules, identity_rules, people_rules, time_rules, body_rules, model_rules):
            yield from rules(source)
        yield from code_rules(source, self._artefacts.value_sets if self._artefacts else None)

    def _official(self, source: CdaSource, data: bytes, layers: list[str], skipped: list[str]) -> Faults:
        if self._artefacts is None:
            return
        yield from self._artefacts.schema_faults(source.root)
        if not self._schematrons:
            return
        engine = self._artefacts.schematrons
        if reason := engine.available:
            skipped.append(reason)
            return
        layers.append(SCH)
        model, version = _model_and_version(source)
        for schematron in engine.chosen(model, version):
            try:
                yield from engine.faults(data, schematron)
            except ArtefactsError as error:
                skipped.append(str(error))

    def _with_pdf(self, report: Report, source: CdaSource) -> Report:
        document = source.document
        if source.level == 1 and document is not None and document.body_media_type == "application/pdf":
            content = level_1_file(source)
        else:
            content = document.attached_pdf if document else None
        if not content:
            return report
        compared = document if self._compares_pdfs else None
        inner = Report.of(Subject("PDF", "pdf"), pdf_rules(content, compared), (OWN,))
        return report.with_part("PDF du document", inner)

    def _archive(self, data: bytes, name: str) -> Report:
        subject = Subject(name, "xdm")
        try:
            archive = read_xdm(data)
        except XdmError as error:
            return Report.of(subject, (Fault("XDM-01", str(error)[:300]),), (OWN,))
        report = Report.of(subject, _archive_faults(archive), (OWN,))
        for entry in archive.entries:
            if entry.content is not None:
                report = report.with_part(entry.metadata.uri, self.validate(entry.content, entry.metadata.uri))
        return report

    def _mail(self, data: bytes, name: str) -> Report:
        if len(data) > MAX_MAIL_BYTES:
            too_long = Fault("MSS-11", f"{len(data)} octets", str(MAX_MAIL_BYTES))
            return Report.of(Subject(name, "mail"), (too_long,), (OWN,))
        mail = parse_mail(data)
        if mail is None:
            return Report.of(Subject(name, "mail"), (Fault("MSS-01", "message illisible"),), (OWN,))
        documents = [one for _, content in mail.archives[:_MAX_ARCHIVES] for one in _documents(content)]
        report = Report.of(Subject(name, "mail"), mail_rules(mail, documents), (OWN,))
        for part, content in mail.archives[:_MAX_ARCHIVES]:
            report = report.with_part(part, self.validate(content, part))
        # The PDFs are the documents of the archive, in their order, when there are as many (ECO.2.1.5).
        known = documents if len(documents) == len(mail.pdfs) else []
        for rank, (part, content) in enumerate(mail.pdfs[:_MAX_PDFS]):
            faults = pdf_rules(content, known[rank] if known else None)
            report = report.with_part(part, Report.of(Subject(part, "pdf"), faults, (OWN,)))
        return report


def _archive_faults(archive: XdmArchive) -> Faults:
    yield from xdm_rules(archive)
    for entry in archive.entries:
        if entry.content is None or not entry.is_cda:
            continue
        try:
            document = read_document(entry.content)
        except DocumentError as error:
            yield Fault("XDM-09", str(error)[:300], path=entry.metadata.uri)
            continue
        yield from entry_rules(entry.metadata, document)


def _documents(archive: bytes) -> Iterator[ReadDocument]:
    try:
        entries = read_xdm(archive).entries
    except XdmError:
        return
    for entry in entries:
        if entry.content is not None and entry.is_cda:
            try:
                yield read_document(entry.content)
            except DocumentError:
                continue


def _model_and_version(source: CdaSource) -> tuple[str, str]:
    names = {oids.T_VAC_NOTE: "VAC-NOTE", oids.T_VAC: "VAC", oids.T_EP_MED_DM: "EP-MED-DM", oids.T_EDISP: "eDISP-MED",
             oids.T_TROD: "TROD", oids.T_IPS_FR: "IPS-FR", oids.T_CR_BIO: "CR-BIO", oids.T_CR_IMG: "CR-IMG",
             oids.T_LDL_SES: "LDL-SES", oids.T_LDL_EES: "LDL-EES"}  # fmt: skip
    for template in children(source.root, "templateId"):
        if template.get("root", "") in names:
            return names[template.get("root", "")], template.get("extension", "")
    return "", ""
