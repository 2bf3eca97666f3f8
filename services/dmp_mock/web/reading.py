"""A document for a person: a rendering to be read, the files in it to be opened, itself to be kept.

Source: docs/sources/documents.md (every text is escaped, no script, no outside link). What a document holds is never
served as a page of its own: PDF and raster images as such, all else only to be kept. Knows no store and no right.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from dmp_mock.web.refusals import Told
from health_documents.cda.html import embedded_files, render_fragment
from health_documents.errors import DocumentError
from lgo_sandbox.wire.browsing import NO_STORE
from lgo_sandbox.wire.http import RawResponse

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["IMAGES", "PDF", "file_in", "kept", "pdf_of", "readable_of", "rendered", "shown", "sniffed"]

PDF, IMAGES = "application/pdf", ("image/png", "image/jpeg", "image/gif")
MAX_RENDERED = 8 * 1024 * 1024
_STARTS = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)


def sniffed(content: bytes) -> str:
    """Return PDF or the type of an image by what a file holds, whatever it says it is; "" for anything else."""
    return next((kind for start, kind in _STARTS if content.startswith(start)), "")


def rendered(content: bytes, address: str) -> Markup:
    """Return a CDA as markup that is safe to put into a page; the files in it are served below ``address``."""
    from markupsafe import Markup

    if len(content) > MAX_RENDERED:
        return Markup("<p>Ce document est trop lourd pour être affiché ici : téléchargez-le.</p>")

    def embed(number: int, title: str, media_type: str, octets: bytes) -> str:
        return _embedded(f"{address}/piece/{number}", title, media_type, octets)

    try:
        return Markup(render_fragment(content, embed))
    except DocumentError as error:
        said = escape(f"Ce document ne s'affiche pas ({error}). Vous pouvez le télécharger.")
        return Markup(f'<p class="avis">{said}</p>')


def _embedded(address: str, title: str, media_type: str, content: bytes) -> str:
    label, where = escape(title, quote=True), escape(address, quote=True)
    if media_type in IMAGES:
        return f'<p class="piece"><img alt="{label}" src="{where}"></p>'
    if media_type == PDF:
        return (
            f'<p class="piece"><a class="bouton" href="{where}" target="_blank" rel="noopener">Ouvrir le PDF</a></p>'
            f'<iframe class="pdf" title="{label}" src="{where}"></iframe>'
        )
    if media_type == "text/plain":
        return f"<pre>{escape(content.decode('utf-8', 'replace'))}</pre>"
    return f"<p>{label} : fichier {escape(media_type[:100])}, non affiché</p>"


_PIECE_POLICY = "default-src 'none'; object-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
_KEPT_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


def shown(title: str, media_type: str, content: bytes) -> RawResponse:
    """Answer a file to be shown: a PDF or a raster image, nothing else. Raises Told."""
    if media_type not in (PDF, *IMAGES):
        raise _no_piece(f"fichier {media_type[:60] or 'qui n’est ni un PDF ni une image'}")
    headers = (
        *NO_STORE,
        ("Content-Security-Policy", _PIECE_POLICY),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Content-Disposition", f"inline; filename*=UTF-8''{quote(_name(title, media_type))}"),
    )
    return RawResponse(200, content, media_type, headers)


def kept(title: str, media_type: str, content: bytes, name: str = "") -> RawResponse:
    """Answer a file to be kept, under its title or a name of its own."""
    headers = (
        *NO_STORE,
        ("Content-Disposition", f"attachment; filename*=UTF-8''{quote(name or _name(title, media_type), safe='')}"),
        ("Content-Security-Policy", _KEPT_POLICY),
        ("X-Content-Type-Options", "nosniff"),
    )
    return RawResponse(200, content, "application/octet-stream", headers)


def file_in(content: bytes, number: str) -> tuple[str, bytes]:
    """Return media type and content of a file in a CDA. Raises Told."""
    try:
        files = embedded_files(content)
        _title, media_type, octets = files[int(number)] if number.isascii() and number.isdigit() else files[len(files)]
    except (DocumentError, IndexError):
        raise _no_piece(f"pièce {number[:20]}") from None
    return media_type, octets


def readable_of(content: bytes, media_type: str) -> tuple[str, bytes]:
    """Return the file that people read in a document when it holds one alone, else the document."""
    try:
        files: Sequence[tuple[str, str, bytes]] = embedded_files(content)
    except DocumentError:
        files = ()
    if len(files) == 1 and files[0][1] in (PDF, *IMAGES):
        return files[0][1], files[0][2]
    return media_type, content


def pdf_of(content: bytes) -> bytes:
    """Return the PDF that is all that people read of a CDA; empty when it is no such document."""
    media_type, octets = readable_of(content, "")
    return octets if media_type == PDF else b""


def _no_piece(received: str) -> Told:
    return Told(
        "piece",
        "Ce document n'a pas cette pièce",
        received=received,
        expected="un PDF ou une image que le document contient",
        where="adresse de la pièce",
        remedy="Revenir au document, et le télécharger.",
        status=404,
    )


_ENDINGS = {PDF: "pdf", "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "text/xml": "xml"}


def _name(title: str, media_type: str) -> str:
    kept = "".join(one if one.isalnum() or one in " -_" else " " for one in title)
    return f"{' '.join(kept.split())[:80] or 'document'}.{_ENDINGS.get(media_type, 'bin')}"
