"""``/validate``: check a document, an archive or a mail against the official artefacts and our own rules.

The body of the request is the file itself. Source: own contract (design « Control API »). Knows no rule.
"""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Response

from health_documents.errors import ArtefactsError
from lgo_sandbox.control.access import CurrentSandbox
from lgo_sandbox.control.errors import INVALID, ControlError

__all__ = ["router"]

router = APIRouter(tags=["documents"])


class Form(StrEnum):
    """The formats of a validation report."""

    JSON = "json"
    JUNIT = "junit"
    TEXT = "text"


MEDIA_TYPES = {
    Form.JSON: "application/json",
    Form.JUNIT: "application/xml",
    Form.TEXT: "text/plain; charset=utf-8",
}


@router.post("/validate", response_class=Response)
async def validate(
    sandbox: CurrentSandbox,
    document: Annotated[bytes, Body(media_type="application/octet-stream")],
    name: Annotated[str, Query(max_length=200, description="Nom du fichier, repris dans le rapport")] = "document",
    form: Annotated[Form, Query(alias="format")] = Form.JSON,
    schematrons: bool = True,
) -> Response:
    """Vérifier un CDA, un PDF, une archive XDM ou un message .eml ; rapport JSON, JUnit ou texte."""
    # Imported at the first use: the validator reads tables that a sandbox can start without.
    from health_documents.validation import Validator, as_json, as_junit, as_text

    if not document:
        raise ControlError(INVALID, "le corps de la requête est vide : y mettre le fichier à vérifier")
    try:
        validator = Validator(sandbox.settings.artefacts, schematrons=schematrons)
    except ArtefactsError as error:
        raise ControlError(INVALID, str(error)) from None
    reports = [await asyncio.to_thread(validator.validate, document, name)]
    renderers: dict[Form, Any] = {Form.JSON: as_json, Form.JUNIT: as_junit, Form.TEXT: as_text}
    return Response(renderers[form](reports), media_type=MEDIA_TYPES[form])
