"""What the control API publishes of a session: phones and their codes, contexts, bills that were declared.

Source: design of the project (Control API); docs/sources/apcv.md#fse. Tokens of contexts stay out.
"""

from __future__ import annotations

from typing import Any

from apcv_mock import store
from apcv_mock.domain import Persona, certified_of, rights_on, state_of
from apcv_mock.markers import CONTEXT, FSE, WITH_APCV, WITHOUT
from apcv_mock.pages import PHONE_PATH
from apcv_mock.phones import has_phone, phone_of, phones, show_code, why_no_phone
from health_documents.barcodes.images import write_qr
from lgo_sandbox.contract import Refusal, Resource, ResourceRequest
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.watch.markers import Marker, dated
from lgo_sandbox.wire.http import RawResponse

__all__ = ["RESOURCES"]

QR = "qr"
WITH = "oui"
MAX_TEXT = 100


def _phones(_sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    """List the phones; with a persona, show its code, as a text or (``/qr``) as an image."""
    _only(request, "GET")
    name, _, part = request.tail.strip("/").partition("/")
    if not name:
        return [_summary(session, persona) for persona in phones(session).values()]
    persona = phone_of(session, name)
    if persona is None:
        raise Refusal(404, f"téléphone inconnu : « {name[:40]} »")
    if not has_phone(session, persona):
        raise Refusal(409, why_no_phone(persona))
    if part not in ("", QR):
        raise Refusal(404, f"rien à cette adresse : « {part[:40]} »")
    shown = show_code(session, persona)
    if part:
        return RawResponse(200, write_qr(shown.text), "image/png")
    return {**_summary(session, persona), "code": shown.text, "secondes": shown.seconds}


def _summary(session: Session, persona: Persona) -> dict[str, Any]:
    today = session.clock.age().date()
    return {
        "persona": persona.id,
        "nom": persona.name,
        "situation": persona.situation,
        "appli": has_phone(session, persona),
        "page": f"{PHONE_PATH}?persona={persona.id}",
        "assure": persona.insured,
        "beneficiaires": [
            {
                "matricule": one.matricule,
                "nom": one.birth_name,
                "prenom": one.first_names[0],
                "ins_certifie": bool(certified_of(one)),
                "droits": [right.coverage.value for right in rights_on(one, today)],
            }
            for one in persona.covered
        ],
    }


def _contexts(_sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    """List the contexts, newest first, and what was signed in them."""
    _only(request, "GET")
    now = session.clock.age()
    with session.db.transaction() as transaction:
        known = store.contexts(transaction)
        signatures = [(row.context, row.fse, row.dre) for row in store.signatures(transaction)]
    return [
        {
            "identifiant": one.id,
            "persona": one.persona,
            "professionnel": one.owner,
            "etat": state_of(one.ends, now, destroyed=one.destroyed).value,
            "fin": one.ends.isoformat(),
            "signatures": [{"fse": fse, "dre": dre} for context, fse, dre in signatures if context == one.id],
        }
        for one in known
    ]


def _bills(_sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    """Count the bills that were declared, with and without ApCV; POST declares one, as a marker does."""
    if request.method == "POST":
        _declare(session, request.body)
    else:
        _only(request, "GET")
    told = [one for one in session.markers.known() if one.name == FSE]
    without = sum(1 for one in told if str(one.detail.get(WITH_APCV, WITHOUT)) == WITHOUT)
    made = len(told) - without
    return {"total": len(told), "avec_apcv": made, "sans_apcv": without, "part": made / len(told) if told else None}


def _declare(session: Session, body: Any) -> None:
    """Put the marker of a bill: ``{"apcv": true, "contexte": "…", "numero": "…"}``."""
    if not isinstance(body, dict) or not isinstance(body.get("apcv"), bool):
        raise Refusal(422, "le corps est un objet JSON, avec apcv à true ou false")
    context, number = (body.get(name, "") for name in ("contexte", "numero"))
    if not all(isinstance(one, str) and len(one) <= MAX_TEXT for one in (context, number)):
        raise Refusal(422, f"contexte et numero sont des textes de {MAX_TEXT} caractères au plus")
    detail = {WITH_APCV: WITH if body["apcv"] else WITHOUT, CONTEXT: context}
    session.markers.put(Marker(dated(session.clock.age()), FSE, number, detail))


def _only(request: ResourceRequest, method: str) -> None:
    if request.method != method:
        raise Refusal(405, "cette ressource se lit seulement")


RESOURCES = (
    Resource("phones", "Téléphones simulés, et le code que chacun affiche", _phones),
    Resource("contexts", "Contextes ApCV et signatures", _contexts),
    Resource("fse", "FSE déclarées, avec et sans ApCV", _bills),
)
