"""Looking into submitted documents: the CDA header, and the manifest of the lot's signature.

Source: docs/sources/documents.md (header, N1 body), docs/sources/dmp.md#signature-de-lot (IHE DSG manifest; high). What
is malformed is said so; a digest is compared only when asked for, and then with inclusive C14N or raw octets, as
senders do either.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping

from lxml import etree

from dmp_mock.domain.lots import SignedManifest
from dmp_mock.domain.values import CdaHeader, NotCda
from dmp_mock.wire.opened import Opened
from health_documents import oids
from health_documents.identifiers import ROOTS_OF_INS
from health_documents.xml import MalformedXml
from lgo_sandbox.wire.signature import DS
from lgo_sandbox.wire.xmldsig import relative_namespace

__all__ = ["read_cda", "read_manifest", "wrong_digests"]

_HL7 = {"h": oids.NS_HL7}
_DS = {"ds": DS}
_MAX_REFERENCES = 500
_HASHES = {f"{DS}sha1": "sha1", "http://www.w3.org/2001/04/xmlenc#sha256": "sha256"}
_URN_OID = "urn:oid:"
_UNSIGNED_DIGEST = "AA=="
"""What the manifest says of the lot itself."""


def read_cda(opened: Opened) -> CdaHeader | NotCda:
    """Return the header of a CDA, or why there is none."""
    root = opened.parsed
    if isinstance(root, MalformedXml):
        return NotCda(root.reason)
    if root.tag != f"{{{oids.NS_HL7}}}ClinicalDocument":
        return NotCda(f"sa racine est {str(root.tag)[:200]}")
    ids = root.findall("h:recordTarget/h:patientRole/h:id", _HL7)
    text = root.find("h:component/h:nonXMLBody/h:text", _HL7)
    return CdaHeader(
        id=_joined(root.find("h:id", _HL7)),
        patients=tuple((i.get("root") or "", i.get("extension") or "") for i in ids if i.get("root") in ROOTS_OF_INS),
        templates=frozenset(t.get("root") or "" for t in root.findall("h:templateId", _HL7)),
        level=_level(root, text),
        media_type="" if text is None else text.get("mediaType") or "",
        starts_with_pdf=text is not None and _starts_with_pdf(text),
        replaced=_joined(root.find("h:relatedDocument/h:parentDocument/h:id", _HL7)),
    )


def _joined(identifier: etree._Element | None) -> str:
    if identifier is None:
        return ""
    return "^".join(filter(None, (identifier.get("root"), identifier.get("extension"))))


def _level(root: etree._Element, text: etree._Element | None) -> str:
    if text is not None:
        return "N1"
    return "N3" if root.find("h:component/h:structuredBody", _HL7) is not None else ""


def _starts_with_pdf(text: etree._Element) -> bool:
    if text.get("representation") != "B64":
        return False
    head = "".join((text.text or "")[:64].split())
    try:
        return base64.b64decode(head[: len(head) // 4 * 4]).startswith(b"%PDF-")
    except (binascii.Error, ValueError):
        return False


def read_manifest(signature: Opened, documents: Mapping[str, Opened], *, digests: bool) -> SignedManifest | None:
    """Return what the manifest of a signature cites; with ``digests`` also whose digest is wrong. None: no manifest.

    ``documents`` are by unique id. The signature value itself is not verified.
    """
    references = _references(signature)
    if not references:
        return None
    cited = frozenset((r.get("URI") or "").removeprefix(_URN_OID) for r in references)
    return SignedManifest(cited, tuple(_wrong(references, documents)) if digests else ())


def wrong_digests(signature: Opened, documents: Mapping[str, Opened]) -> tuple[str, ...]:
    """Return the documents whose digest in the manifest is wrong: their unique id, and why, as far as it is known."""
    return tuple(_wrong(_references(signature), documents))


def _references(signature: Opened) -> list[etree._Element]:
    """Return the references of the manifest of a signature; none when there is no manifest, or too large a one."""
    root = signature.root
    if root is None:
        return []
    references = root.findall("ds:Object/ds:Manifest/ds:Reference", _DS)
    return references if root.tag == f"{{{DS}}}Signature" and len(references) <= _MAX_REFERENCES else []


def _wrong(references: list[etree._Element], documents: Mapping[str, Opened]) -> Iterator[str]:
    for reference in references:
        unique_id = (reference.get("URI") or "").removeprefix(_URN_OID)
        value = "".join((reference.findtext("ds:DigestValue", "", _DS) or "").split())
        method = reference.find("ds:DigestMethod", _DS)
        name = _HASHES.get("" if method is None else method.get("Algorithm") or "")
        if unique_id in documents and value not in _digests(name, documents[unique_id]):
            yield f"{unique_id}{_uncanonical(documents[unique_id])}"


def _uncanonical(document: Opened) -> str:
    """Return why a document has no canonical form, as the end of a sentence; "" when it has one, or is no XML."""
    relative = "" if document.root is None else relative_namespace(document.root)
    return f" (sans forme canonique : {relative})" if relative else ""


def _digests(name: str | None, document: Opened) -> Iterator[str]:
    """Yield the digests that a sender may have computed, the cheap one first."""
    if name == "sha1":
        yield base64.b64encode(document.sha1).decode()
    elif name:
        yield _digest(name, document.content)
    for form in _canonical_forms(document) if name else ():
        yield _digest(name or "", form)


def _digest(name: str, form: bytes) -> str:
    return base64.b64encode(hashlib.new(name, form, usedforsecurity=False).digest()).decode()


def _canonical_forms(document: Opened) -> Iterator[bytes]:
    root = document.root
    if root is None:
        return
    for node in (root, root.getroottree()):
        for comments in (False, True):
            try:
                yield etree.tostring(node, method="c14n", with_comments=comments)
            except etree.LxmlError:  # a namespace that is a relative URI: there is no canonical form
                return
