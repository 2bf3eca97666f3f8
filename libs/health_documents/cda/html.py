"""Renders a CDA of level 1 or 3 as an HTML page for people: header, sections, tables, embedded files as links.

Source: specs/cda.md §8 (the official style sheet is not used), DMP rule EX_2.1-1115 (no script, no outside link);
confidence high. Every text is escaped, every element and attribute is ours: nothing of the document becomes markup, so
that a page can be served under ``CSP``. Knows no service.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from html import escape
from types import MappingProxyType

from lxml import etree

from health_documents import oids
from health_documents.cda.read.body import sections_of
from health_documents.cda.read.parts import child, text_of
from health_documents.cda.read.reader import ReadDocument, read_root
from health_documents.errors import NotClinicalDocument, UnreadableXml
from health_documents.values.document import Author, Recipient
from health_documents.xml import MalformedXml, parse

__all__ = ["CSP", "embedded_files", "render_fragment", "render_html"]

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;color:#142030;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "h1{color:#00547a;font-size:1.4rem}h2{color:#00547a;font-size:1.1rem;border-bottom:1px solid #c8d0d6}"
    "h3{color:#00547a;font-size:1rem}dl{display:grid;grid-template-columns:14rem 1fr;background:#e8f0f5;padding:1rem}"
    "dt{color:#606870}dd{margin:0;font-weight:600}table{border-collapse:collapse;width:100%;margin:.5rem 0}"
    "td,th{border:1px solid #c8d0d6;padding:.3rem .5rem;text-align:left;vertical-align:top}th{background:#e8f0f5}"
    "iframe{border:1px solid #c8d0d6}"
)
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode("utf-8")).digest()).decode("ascii")
CSP = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; img-src data:; frame-src data:; base-uri 'none'; "
    "form-action 'none'"
)
"""The policy to serve a page with: no script at all, our style, images and the PDF of the document only."""

Embed = Callable[[int, str, str, bytes], str]
"""Writes an embedded file as markup: its number, its title, its media type, its content. It escapes what it writes."""

_ELEMENTS = MappingProxyType(
    {
        **{name: name for name in ("table", "thead", "tbody", "tfoot", "tr", "td", "th", "sub", "sup")},
        "paragraph": "p",
        "list": "ul",
        "item": "li",
        "caption": "strong",
        "content": "span",
        "linkHtml": "span",
    }
)
_SPANS = ("colspan", "rowspan")
_MAX_SPAN = 100
_MAX_DEPTH = 60
_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif"})
_PDF = "application/pdf"
_MAX_EMBEDDED = 8 * 1024 * 1024


def render_html(data: bytes) -> str:
    """Return a page. Raises DocumentError as ``read_document``."""
    root, document = _opened(data)
    body = "".join((*_header(document), *_body(root, document, _file)))
    return (
        f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{escape(document.title)}</title>'
        f"<style>{_STYLE}</style></head><body>{body}</body></html>"
    )


def render_fragment(data: bytes, embed: Embed) -> str:
    """Return what stands in the body of a page, to be put into another one. Raises DocumentError as ``read_document``.

    ``embed`` writes the embedded files, which the caller serves on his own (``embedded_files``, by number).
    """
    root, document = _opened(data)
    return "".join((*_header(document), *_body(root, document, embed)))


def embedded_files(data: bytes) -> list[tuple[str, str, bytes]]:
    """Return title, media type and content of the files in a document, in order. Raises DocumentError."""
    _root, document = _opened(data)
    if document.level == 1:
        return [(document.title, document.body_media_type, document.body or b"")]
    return [(one.section, one.media_type, one.content) for one in document.attachments]


def _opened(data: bytes) -> tuple[etree._Element, ReadDocument]:
    try:
        root = parse(data)
    except MalformedXml as error:
        raise UnreadableXml(error.reason) from error
    if root.tag != f"{{{oids.NS_HL7}}}ClinicalDocument":
        raise NotClinicalDocument("la racine n'est pas le ClinicalDocument de CDA R2")
    return root, read_root(root)


def _header(document: ReadDocument) -> Iterator[str]:
    patient = document.patient
    yield f"<header><h1>{escape(document.title)}</h1>"
    if document.replaces:
        yield f"<p><strong>Annule et remplace le document {escape(str(document.replaces))}</strong></p>"
    rows = (
        ("Type", document.code.label or document.code.code),
        ("Date", f"{document.moment:%d/%m/%Y à %H:%M}" if document.moment else document.effective_time),
        ("Nom de naissance", patient.birth_name),
        ("Prénoms", " ".join(patient.first_names)),
        ("Nom utilisé", patient.used_name),
        ("Né(e) le", "/".join(reversed(patient.birth_date.split("-")))),
        ("Sexe", patient.sex),
        ("Matricule INS", patient.matricule),
        ("Auteur", ", ".join(_person(one) for one in document.authors)),
        ("Destinataires", ", ".join(_person(one) for one in document.recipients)),
        ("Structure", document.custodian.name if document.custodian else ""),
    )
    yield "<dl>"
    yield from (f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in rows if value)
    yield "</dl></header>"


def _person(one: Author | Recipient) -> str:
    names = " ".join(part for part in (one.given_name, one.family_name) if part)
    where = one.structure.name if one.structure else ""
    return names or (one.device if isinstance(one, Author) else "") or where


def _body(root: etree._Element, document: ReadDocument, embed: Embed) -> Iterator[str]:
    if document.level == 1:
        yield embed(0, "Document", document.body_media_type, document.body or b"")
        return
    for section in sections_of(root):
        depth = sum(1 for one in section.iterancestors(f"{{{oids.NS_HL7}}}section"))
        heading = "h2" if depth == 0 else "h3"
        yield f"<section><{heading}>{escape(text_of(child(section, 'title')))}</{heading}>"
        narrative = child(section, "text")
        if narrative is not None:
            yield from _narrative(narrative, 0)
        yield "</section>"
    for number, attachment in enumerate(document.attachments):
        yield embed(number, attachment.section, attachment.media_type, attachment.content)


def _narrative(element: etree._Element, depth: int) -> Iterator[str]:
    yield escape(element.text or "")
    for inner in element.iterchildren():
        if isinstance(inner.tag, str) and depth < _MAX_DEPTH:
            yield from _element(inner, depth)
        yield escape(inner.tail or "")


def _element(element: etree._Element, depth: int) -> Iterator[str]:
    name = etree.QName(element).localname
    if name == "br":
        yield "<br>"
        return
    tag = _ELEMENTS.get(name, "span")
    yield f"<{tag}{_span_attributes(element) if tag in ('td', 'th') else ''}>"
    yield from _narrative(element, depth + 1)
    yield f"</{tag}>"


def _span_attributes(element: etree._Element) -> str:
    spans = ((name, element.get(name, "")) for name in _SPANS)
    return "".join(
        f' {name}="{min(int(value), _MAX_SPAN)}"' for name, value in spans if value.isascii() and value.isdigit()
    )


def _file(_number: int, title: str, media_type: str, content: bytes) -> str:
    if len(content) > _MAX_EMBEDDED:
        return f"<p>{escape(title)} : fichier de {len(content)} octets, non affiché</p>"
    encoded = base64.b64encode(content).decode("ascii")
    if media_type in _IMAGES:
        return f'<p><img alt="{escape(title, quote=True)}" src="data:{media_type};base64,{encoded}"></p>'
    if media_type == _PDF:
        label = escape(title, quote=True)
        return f'<iframe title="{label}" width="100%" height="900" src="data:{_PDF};base64,{encoded}"></iframe>'
    if media_type == "text/plain":
        return f"<pre>{escape(content.decode('utf-8', 'replace'))}</pre>"
    return f"<p>{escape(title)} : fichier {escape(media_type)} de {len(content)} octets, non affiché</p>"
