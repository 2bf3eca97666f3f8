"""The patient's phone, as a page: French, phone first, under a permanent banner, with a code that lives for seconds.

Source: docs/sources/apcv.md#code, #telephone; everything about its look is ours, and no logo is official. No script:
the bar runs down by style, and the page asks for the next code by itself. Knows no rule of the contract.
"""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

from apcv_mock.codes import QUALITIES
from apcv_mock.domain import Beneficiary, Persona, certified_of, rights_on
from apcv_mock.facts import PhoneShown
from apcv_mock.phones import has_phone, phone_of, phones, show_code, why_no_phone
from health_documents.barcodes.images import write_qr
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.pages import Pages
from lgo_sandbox.gate.phone_address import phone_url, qr_of
from lgo_sandbox.watch.refusals import Refusal
from lgo_sandbox.wire.browsing import with_parameters
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.oauth import read_form

__all__ = ["PHONE_PATH", "phone"]

PHONE_PATH = "/appli"
OPERATION = "appli"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'"
COVERAGES = {
    "DROIT_COMMUN": "droit commun",
    "ALD": "affection de longue durée",
    "AT_MP": "accident du travail ou maladie professionnelle",
    "CSS": "complémentaire santé solidaire",
}
LABELLED = ("X-Simulation", "APCV-PAGE-SIMULEE")
MAX_QUERY = 2_000


async def phone(call: Call) -> RawResponse:
    """Show a phone, or those that there are."""
    await call.enter(OPERATION)
    asked = read_form(call.query.encode("latin-1"), max_bytes=MAX_QUERY)
    named = asked.get("persona", "")
    call.quiet = "suite" in asked
    if not named:
        call.summarise("Appli carte Vitale simulée : les téléphones")
        return _page(call, None)
    persona = phone_of(call.session, named)
    if persona is None:
        return _unknown(call, named)
    call.summarise(f"Appli carte Vitale simulée : téléphone de {persona.name}")
    if not call.quiet:
        call.note(PhoneShown(persona=persona.id, coded=has_phone(call.session, persona)))
    return _page(call, persona)


def _unknown(call: Call, named: str) -> RawResponse:
    call.refuse(
        Refusal(
            code="apcv_simule_telephone",
            received=f"persona « {named[:60]} »",
            expected="l'identifiant d'une persona ou d'un patient du bac à sable",
            remedy=f"Choisissez un téléphone à l'adresse {PHONE_PATH}.",
            where="paramètre persona",
            message="Téléphone inconnu",
            source="docs/sources/apcv.md#telephone",
        )
    )
    return _page(call, None, message=f"Personne ne s'appelle « {named[:60]} » ici.", status=404)


def _page(call: Call, persona: Persona | None, message: str = "", status: int = 200) -> RawResponse:
    base = call.prefix + PHONE_PATH
    response = _pages().page(
        "phone",
        status=status,
        base=base,
        message=message,
        people=list(phones(call.session).values()),
        persona=persona,
        covered=[_covered(call, one) for one in persona.covered] if persona else [],
        **_code(call, persona, base),
    )
    return RawResponse(response.status, response.body, response.content_type, (*response.headers, LABELLED))


def _code(call: Call, persona: Persona | None, base: str) -> dict[str, Any]:
    """Return what a page shows of a code: the text, its image, its life, where the next one is asked."""
    told: dict[str, Any] = {"code": "", "image": "", "seconds": 0, "following": "", "why": "", "real_phone": ""}
    if persona is None:
        return told
    if not has_phone(call.session, persona):
        return {**told, "why": why_no_phone(persona)}
    shown = show_code(call.session, persona)
    elsewhere = phone_url(call, "apcv", PHONE_PATH, persona=persona.id)
    return {
        **told,
        "code": shown.text,
        "image": "data:image/png;base64," + base64.b64encode(write_qr(shown.text)).decode("ascii"),
        "seconds": shown.seconds,
        "following": with_parameters(base, {"persona": persona.id, "suite": "1"}),
        "real_phone": qr_of(elsewhere) if elsewhere else "",
    }


def _covered(call: Call, one: Beneficiary) -> dict[str, Any]:
    """Return what the phone shows of a beneficiary."""
    today = call.session.clock.age().date()
    return {
        "name": f"{one.first_names[0]} {one.used_name or one.birth_name}",
        "quality": QUALITIES[one.quality],
        "born": one.birth_date,
        "rank": one.rank,
        "number": one.matricule,
        "certified": bool(certified_of(one)),
        "rights": [COVERAGES[right.coverage.value] for right in rights_on(one, today)],
        "complementary": one.complementary.name if one.complementary else "",
    }


@cache
def _pages() -> Pages:
    return Pages("apcv_mock", POLICY)
