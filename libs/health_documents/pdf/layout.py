"""The layout of a health document on A4: letterhead, patient, recipients, body, footer.

Source: our own; PDF/A-1B by fpdf2 (``enforce_compliance``); caption « INS à scanner » from specs/insi.md §4. Lengths
are millimetres, sizes points. Knows nothing but ``PdfContent``.
"""

from __future__ import annotations

import io
from typing import NamedTuple, cast

from fpdf import FPDF, FontFace
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

from health_documents.barcodes.images import write_datamatrix
from health_documents.barcodes.ins_datamatrix import encode_ins
from health_documents.errors import InvalidContent
from health_documents.identifiers import OID_INS_NIA, OID_INS_NIR, OID_INS_NIR_DEMO, OID_INS_NIR_TEST, OID_PS_IDNAT
from health_documents.pdf.fonts import font_files
from health_documents.pdf.metadata import PRODUCER, xmp_packet
from health_documents.values.document import Author, Organization, PatientIdentity, Recipient
from health_documents.values.pdf import PdfContent, PdfSection, PdfTable

__all__ = ["draw"]

_FONT = "DejaVu"
_MARGIN = 18.0
_FOOTER_HEIGHT = 20.0
_CODE_SIDE = 24.0
_LINE = 5.0
_RPPS_PREFIX = "8"
_LABEL_WIDTH = 42.0
_RIGHT_WIDTH = 64.0
_VALUE_WIDTH = 85.0
_INK = (20, 32, 48)
_ACCENT = (0, 84, 122)
_PALE = (232, 240, 245)
_GREY = (96, 104, 112)

_NATURES = {
    OID_INS_NIR: "NIR",
    OID_INS_NIA: "NIA",
    OID_INS_NIR_TEST: "NIR de test",
    OID_INS_NIR_DEMO: "NIR de démonstration",
}
_SEXES = {"M": "Masculin", "F": "Féminin"}


class _Size(NamedTuple):
    body: float = 9.5
    small: float = 7.0
    heading: float = 11.0
    title: float = 15.0


_SIZE = _Size()


class _Page(FPDF):
    def __init__(self, content: PdfContent) -> None:
        super().__init__(format="A4", enforce_compliance="PDF/A-1B")
        self._notice = content.footer
        self.allow_images_transparency = False
        self.set_creation_date(content.created)
        self.set_title(content.title)
        self.set_author(_person(content.author))
        self.set_producer(PRODUCER)
        self.set_xmp_metadata(xmp_packet(content.title, _person(content.author), content.created))
        self.set_lang("fr-FR")
        for style, path in font_files(content).items():
            self.add_font(_FONT, style, path)
        self.set_margins(_MARGIN, _MARGIN)
        self.set_auto_page_break(True, _FOOTER_HEIGHT + 4)
        self.set_draw_color(*_ACCENT)

    def close_fonts(self) -> None:
        """Close the font files: fpdf2 leaves that to the garbage collector."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def footer(self) -> None:
        self.set_y(-_FOOTER_HEIGHT)
        self.line(_MARGIN, self.get_y(), self.w - _MARGIN, self.get_y())
        self.ln(1.5)
        self.ink(_SIZE.small, color=_GREY)
        self.multi_cell(self.epw - 24, 3.2, self._notice, align="L")
        self.set_xy(-_MARGIN - 22, -_FOOTER_HEIGHT + 1.5)
        self.cell(22, 3.2, f"Page {self.page_no()}/{{nb}}", align="R")

    def ink(self, size: float, *, bold: bool = False, color: tuple[int, int, int] = _INK) -> None:
        self.set_font(_FONT, "B" if bold else "", size)
        self.set_text_color(*color)

    def write_block(self, text: str, *, width: float = 0, height: float = _LINE, align: str = "L") -> None:
        self.multi_cell(width, height, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def room(self, height: float) -> None:
        """Start a new page unless this height is left."""
        if self.will_page_break(height):
            self.add_page()


def draw(content: PdfContent) -> bytes:
    """Return the PDF. Raises InvalidContent for a table whose rows do not fit its headings or a broken image."""
    page = _Page(content)
    try:
        _draw_all(page, content)
        return bytes(page.output())
    finally:
        page.close_fonts()


def _draw_all(page: _Page, content: PdfContent) -> None:
    page.add_page()
    _letterhead(page, content)
    _title(page, content)
    _patient(page, content.patient)
    _recipients(page, content.recipients)
    for section in content.sections:
        _section(page, section)


def _person(person: Author | Recipient) -> str:
    title = "Dr" if person.suffix == "DR" else ""
    return " ".join(part for part in (title, person.given_name, person.family_name) if part) or "Auteur non nommé"


def _letterhead(page: _Page, content: PdfContent) -> None:
    author = content.author
    page.ink(_SIZE.heading, bold=True, color=_ACCENT)
    page.write_block(author.structure.name if author.structure else _person(author), width=110)
    page.ink(_SIZE.body)
    for line in _structure_lines(author.structure):
        page.write_block(line, width=110)
    page.ink(_SIZE.body, bold=True)
    page.write_block(_person(author), width=110)
    page.ink(_SIZE.body)
    for line in (author.specialty_label, _rpps(author)):
        if line:
            page.write_block(line, width=110)
    _write_date(page, content)


def _rpps(author: Author) -> str:
    has_rpps = author.root == OID_PS_IDNAT and author.national_id.startswith(_RPPS_PREFIX)
    return f"N° RPPS {author.national_id[1:]}" if has_rpps else ""


def _structure_lines(structure: Organization | None) -> list[str]:
    if structure is None:
        return []
    phone = f"Tél. {structure.phone}" if structure.phone else ""
    place = f"{structure.postal_code} {structure.city}".strip()
    return [line for line in (structure.address, place, phone) if line]


def _write_date(page: _Page, content: PdfContent) -> None:
    after = page.get_y()
    page.set_xy(page.w - _MARGIN - _RIGHT_WIDTH, _MARGIN)
    page.cell(_RIGHT_WIDTH, _LINE, f"Le {content.created:%d/%m/%Y à %H:%M}", align="R")
    if content.qr_png:
        after = max(after, _qr(page, content.qr_png, content.qr_caption))
    page.set_xy(_MARGIN, after + 4)


def _qr(page: _Page, image: bytes, caption: str) -> float:
    left, top = page.w - _MARGIN - _CODE_SIDE, _MARGIN + _LINE + 3
    try:
        page.image(io.BytesIO(image), left, top, _CODE_SIDE, _CODE_SIDE)
    except (OSError, ValueError) as error:
        raise InvalidContent(f"image du code illisible : {error}") from error
    page.set_xy(page.w - _MARGIN - _RIGHT_WIDTH, top + _CODE_SIDE)
    page.ink(_SIZE.small)
    page.cell(_RIGHT_WIDTH, 4, caption, align="R")
    return top + _CODE_SIDE + 4


def _title(page: _Page, content: PdfContent) -> None:
    page.ink(_SIZE.title, bold=True, color=_ACCENT)
    page.write_block(content.title, height=8, align="C")
    if content.replaces:
        page.ink(_SIZE.body, bold=True)
        page.write_block(f"Annule et remplace le document {content.replaces}", align="C")
    page.ln(3)


def _patient(page: _Page, patient: PatientIdentity) -> None:
    lines = _identity_lines(patient)
    code = write_datamatrix(encode_ins(patient)) if _has_datamatrix(patient) else None
    height = max(_identity_height(page, lines) + 10, _CODE_SIDE + 10 if code else 0)
    top = page.get_y()
    page.set_fill_color(*_PALE)
    page.rect(_MARGIN, top, page.epw, height, style="F")
    page.set_xy(_MARGIN + 4, top + 3)
    page.ink(_SIZE.small, bold=True, color=_ACCENT)
    page.cell(0, 4, "PATIENT", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    for label, value in lines:
        _identity_line(page, label, value)
    if code:
        _ins_code(page, code, top)
    page.set_xy(_MARGIN, top + height + 4)


def _has_datamatrix(patient: PatientIdentity) -> bool:
    return patient.is_qualified and patient.sex in _SEXES


def _identity_line(page: _Page, label: str, value: str) -> None:
    page.set_x(_MARGIN + 4)
    page.ink(_SIZE.body, color=_GREY)
    page.cell(_LABEL_WIDTH, _LINE, label)
    page.ink(_SIZE.body, bold=True)
    page.write_block(value, width=_VALUE_WIDTH)


def _identity_height(page: _Page, lines: list[tuple[str, str]]) -> float:
    page.ink(_SIZE.body, bold=True)
    heights = (page.multi_cell(_VALUE_WIDTH, _LINE, value, dry_run=True, output="HEIGHT") for _, value in lines)
    return sum(cast("float", height) for height in heights)


def _identity_lines(patient: PatientIdentity) -> list[tuple[str, str]]:
    born = "/".join(reversed(patient.birth_date.split("-")))
    used = " ".join(part for part in (patient.used_name, patient.used_first_name) if part)
    nature = _NATURES.get(patient.oid, "")
    lines = [
        ("Nom de naissance", patient.birth_name),
        ("Prénoms de naissance", " ".join(patient.first_names)),
        ("Nom et prénom utilisés", used),
        ("Né(e) le", f"{born} (lieu : {patient.birth_place})" if patient.birth_place else born),
        ("Sexe", _SEXES.get(patient.sex, "Indéterminé")),
        ("Matricule INS", f"{patient.matricule} ({nature})" if patient.is_qualified else ""),
        ("N° de dossier", patient.local_id),
    ]
    return [(label, value) for label, value in lines if value]


def _ins_code(page: _Page, code: bytes, top: float) -> None:
    left = page.w - _MARGIN - _CODE_SIDE - 5
    page.image(io.BytesIO(code), left, top + 3, _CODE_SIDE, _CODE_SIDE)
    page.set_xy(left - 5, top + 3.5 + _CODE_SIDE)
    page.ink(_SIZE.small)
    page.cell(_CODE_SIDE + 10, 4, "INS à scanner", align="C")


def _recipients(page: _Page, recipients: tuple[Recipient, ...]) -> None:
    if not recipients:
        return
    _heading(page, "Destinataires")
    for recipient in recipients:
        where = recipient.structure.name if recipient.structure else ""
        page.write_block("• " + ", ".join(part for part in (_person(recipient), where, recipient.mailbox) if part))
    page.ln(2)


def _heading(page: _Page, text: str) -> None:
    page.room(3 * _LINE)
    page.ink(_SIZE.heading, bold=True, color=_ACCENT)
    page.write_block(text, height=6.5)
    page.ink(_SIZE.body)


def _section(page: _Page, section: PdfSection) -> None:
    if section.heading:
        _heading(page, section.heading)
    for block in section.blocks:
        page.ink(_SIZE.body)
        if isinstance(block, PdfTable):
            _table(page, block)
        else:
            page.write_block(block)
        page.ln(2)


def _table(page: _Page, table: PdfTable) -> None:
    columns = len(table.headings)
    if not columns or any(len(row) != columns for row in table.rows) or len(table.widths) not in (0, columns):
        raise InvalidContent("toutes les lignes d'un tableau ont autant de cellules que ses titres")
    style = FontFace(emphasis="BOLD", color=(255, 255, 255), fill_color=_ACCENT)
    page.set_draw_color(200, 208, 214)
    with page.table(
        headings_style=style,
        col_widths=table.widths or None,
        text_align="LEFT",
        line_height=_LINE,
        padding=(1, 1.5),
        cell_fill_color=(246, 249, 251),
        cell_fill_mode="ROWS",
    ) as drawn:
        for cells in (table.headings, *table.rows):
            drawn.row(cells)
    page.set_draw_color(*_ACCENT)
