"""The documents of Mon espace santé: list, reading, download, hide and show, add and delete one's own.

Source: docs/sources/dmp.md#visibilite, #suppression-et-masquage (a patient's own documents: high). How the real site
takes a file is not public: PDF, JPEG and PNG are taken here, an image is put into a PDF (labelled, low).
"""

from __future__ import annotations

import io
from typing import NamedTuple

from dmp_mock.codes.rights import PATIENT_CLASS
from dmp_mock.codes.xds import Status
from dmp_mock.domain.values import Entry
from dmp_mock.web import acts, visits
from dmp_mock.web.documents import Search, download, found, kinds_of, piece, rendered
from dmp_mock.web.mes.space import Space, opened
from dmp_mock.web.refusals import Told
from dmp_mock.web.site import MES
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.browsing import File
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.oauth import BadForm, read_form

__all__ = [
    "Form",
    "add",
    "adding",
    "change_visibility",
    "delete",
    "document",
    "document_file",
    "document_piece",
    "documents",
    "pdf_of_file",
    "unusable",
]

MAX_FILE = 10 * 1024 * 1024
MAX_PIXELS = 25_000_000
OWN_TYPES = (("EXPPAT_2", "Autre document"), ("EXPPAT_3", "Directives anticipées"), ("EXPPAT_1", "Volontés et droits"))


class Form(NamedTuple):
    """What is said of a form whose file is refused: a code, a heading, where it is, the way on."""

    code: str
    title: str
    where: str
    link: str
    label: str


ADDING = Form(
    "own-document", "Ce document n'a pas été ajouté", "formulaire d'ajout", "/documents/ajouter", "Recommencer"
)


async def documents(call: Call) -> RawResponse:
    """List the documents."""
    await call.enter(MES.operation)
    space = opened(call)
    cards = space.cards()
    try:
        search = Search.of(read_form(call.query.encode("latin-1"), max_bytes=4096, max_fields=20))
    except BadForm:
        search = Search()
    call.summarise(f"Mon espace santé : documents de {space.patient.id}")
    shown = found(cards, search)
    return space.page("documents", tab="documents", cards=shown, search=search, kinds=kinds_of(cards), all=len(cards))


async def document(call: Call) -> RawResponse:
    """Show a document for reading."""
    await call.enter(MES.operation)
    space = opened(call)
    card = space.card(call.path_params["id"])
    space.trace("a lu un document", card.entry.unique_id)
    call.summarise(f"Mon espace santé : lecture de « {card.title[:60]} »")
    body = rendered(call.session.db, card.entry, f"{call.prefix}/documents/{card.id}")
    return space.page("document", tab="documents", card=card, body=body)


async def document_piece(call: Call) -> RawResponse:
    """Show a file in a document."""
    await call.enter(MES.operation)
    space = opened(call)
    call.summarise("Mon espace santé : pièce d'un document")
    return piece(call.session.db, space.card(call.path_params["id"]).entry, call.path_params["number"])


async def document_file(call: Call) -> RawResponse:
    """Give a document to be kept."""
    await call.enter(MES.operation)
    space = opened(call)
    card = space.card(call.path_params["id"])
    space.trace("a téléchargé un document", card.entry.unique_id)
    call.summarise("Mon espace santé : téléchargement d'un document")
    return download(call.session.db, card.entry)


async def change_visibility(call: Call) -> RawResponse:
    """Hide a document from professionals, or show it again."""
    await call.enter(MES.operation)
    space = opened(call)
    fields, _files = visits.form(call, space.visit.csrf)
    card, hide = space.card(call.path_params["id"]), fields.get("masquer") == "oui"
    if card.masked is not hide:
        lid = card.entry.lid
        acts.change_visibility(call.session, space.patient, lid, "MASQUE_PS", space.actor(), _seen_by(space), on=hide)
        space.trace(f"a {'masqué' if hide else 'rendu visible'} un document aux professionnels", card.entry.unique_id)
    call.summarise(f"Mon espace santé : document {'masqué' if hide else 'démasqué'}")
    return visits.see_other(call, f"/documents/{card.id}", fait="masque" if hide else "visible")


def _seen_by(space: Space) -> acts.Check:
    def check(entry: Entry) -> None:
        if not space.sees(entry):
            space.card("")

    return check


async def delete(call: Call) -> RawResponse:
    """Delete a document of the patient's own."""
    await call.enter(MES.operation)
    space = opened(call)
    visits.form(call, space.visit.csrf)
    card = space.card(call.path_params["id"])
    acts.change_status(call.session, space.patient, card.entry.lid, Status.DELETED, space.actor(), _own)
    space.trace("a supprimé un de ses documents", card.entry.unique_id)
    call.summarise("Mon espace santé : document supprimé")
    return visits.see_other(call, "/documents", fait="supprime")


def _own(entry: Entry) -> None:
    if entry.code("class") != PATIENT_CLASS:
        raise Told(
            "not-own",
            "Ce document a été ajouté par un professionnel",
            received=f"suppression d'un document de classe {entry.code('class')}",
            expected=f"un document que vous avez ajouté (classe {PATIENT_CLASS})",
            where="document",
            remedy="Masquez ce document aux professionnels, ou demandez à son auteur de le supprimer.",
            link="/documents",
            label="Mes documents",
        )


async def adding(call: Call) -> RawResponse:
    """Show the form that takes a document."""
    await call.enter(MES.operation)
    space = opened(call)
    call.summarise("Mon espace santé : ajouter un document")
    return space.page("adding", tab="documents", types=OWN_TYPES, megabytes=MAX_FILE // 1024 // 1024)


async def add(call: Call) -> RawResponse:
    """Take a document of the patient's own."""
    await call.enter(MES.operation)
    space = opened(call)
    fields, files = visits.form(call, space.visit.csrf)
    if not space.is_open:
        raise unusable("dossier fermé", "un dossier ouvert", "Rouvrez votre espace, puis ajoutez le document.")
    given = files.get("fichier")
    title = fields.get("titre", "").strip()[:120]
    kind = fields.get("type", OWN_TYPES[0][0])
    if not title or kind not in dict(OWN_TYPES):
        raise unusable(
            f"titre « {title} », type « {kind[:20]} »",
            "un titre, et un type de la liste",
            "Donnez un titre au document, puis ajoutez-le.",
        )
    entry = acts.add_document(call.session, space.patient, space.actor(), title, kind, pdf_of_file(given, ADDING))
    space.trace("a ajouté un document", entry.unique_id)
    call.summarise("Mon espace santé : document ajouté")
    return visits.see_other(call, "/documents", fait="ajoute")


def unusable(received: str, expected: str, remedy: str, form: Form = ADDING) -> Told:
    """Return why a form cannot be used, as a page."""
    return Told(
        form.code,
        form.title,
        received=received,
        expected=expected,
        where=form.where,
        remedy=remedy,
        status=422,
        link=form.link,
        label=form.label,
    )


def pdf_of_file(given: File | None, form: Form) -> bytes:
    """Return the PDF of a file, by what it holds, not by its name; an image becomes one. Raises Told."""
    content = given.content if given else b""
    expected = f"un fichier PDF, JPEG ou PNG de {MAX_FILE // 1024 // 1024} Mo au plus"
    remedy = "Choisissez un fichier PDF, JPEG ou PNG, moins lourd au besoin."
    if not content or len(content) > MAX_FILE:
        raise unusable(f"{len(content)} octets" if content else "aucun fichier", expected, remedy, form)
    if content.startswith(b"%PDF-"):
        return content
    if content.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        return _pdf_of_image(content, expected, remedy, form)
    raise unusable(f"un fichier d'un autre format ({(given.media_type if given else '')[:60]})", expected, remedy, form)


def _pdf_of_image(content: bytes, expected: str, remedy: str, form: Form) -> bytes:
    from PIL import Image

    made = io.BytesIO()
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > MAX_PIXELS:
                raise unusable(f"une image de {image.width} × {image.height} points", expected, remedy, form)
            image.convert("RGB").save(made, "PDF", resolution=150)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise unusable("une image qui ne se lit pas", expected, remedy, form) from error
    return made.getvalue()
