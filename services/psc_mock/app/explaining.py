"""What a browser shows of a refusal: a French page with what came, what was expected, the rule and the exchange.

Source: docs/sources/psc.md#refus; the page is ours. A program gets the wire as it is: only a navigation (``Accept``
with ``text/html``; at an endpoint for programs the browser's own ``Sec-Fetch-Mode: navigate``) is shown a page instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.call import Message, Receive, Scope, Send
from lgo_sandbox.gate.web import Application, send_raw
from lgo_sandbox.watch.refusals import Refusal
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.json import BadJson, read_json
from psc_mock.codes import DOOR_WALLET, PROTOCOL_PATH
from psc_mock.domain.addresses import differing, nearest
from psc_mock.domain.refusals import Shown
from psc_mock.pages import HTML, page

__all__ = ["FOR_PEOPLE", "ExplainingApplication", "console_link", "navigates", "refusal_page", "shown_to"]

FOR_PEOPLE = frozenset(f"{PROTOCOL_PATH}/{name}" for name in ("auth", "logout", "login-status-iframe.html"))
"""What people are sent to on the authorization host; the rest there is for programs."""
ERROR = 400
MAX_HELD = 64 * 1024
REPLACED = frozenset({b"content-type", b"content-length"})
TITLE = "Demande refusée"
HEADINGS: Mapping[int, str] = {
    401: "Il faut un jeton ou une identité que cette demande n'a pas",
    404: "Cette adresse n'existe pas ici",
    405: "Cette adresse existe, mais pas pour cette méthode",
}
"""Status → what is said at the head of the page, when the refusal has no title of its own."""
NOT_A_REFUSAL = "Service indisponible"
UNEXPLAINED = Refusal(
    code="",
    received="",
    expected="",
    remedy="Ouvrir l'échange dans la console : la panne armée ou le défaut y est expliqué.",
    message="Pro Santé Connect ne peut pas répondre (panne simulée ou défaut du bac à sable)",
)


def navigates(call: Call) -> bool:
    """Tell whether a browser shows the answer to a person."""
    sent = dict(call.exchange.request_headers)
    if call.method not in ("GET", "POST") or "text/html" not in sent.get("accept", ""):
        return False
    mode = sent.get("sec-fetch-mode")
    path = str(call.scope["path"])
    for_people = call.door == DOOR_WALLET or path in FOR_PEOPLE
    return mode == "navigate" if mode or not for_people else True


def console_link(call: Call) -> str:
    """Return the address of this exchange in the console, empty when no console runs."""
    control = call.sandbox.addresses.control
    return f"{control}/?session={quote(call.session.name)}#/trafic/{call.exchange.id}" if control else ""


def refusal_page(
    call: Call, told: Refusal, *, status: int, answer: str, shown: Shown | None = None, title: str = TITLE
) -> RawResponse:
    """Return the page on a refusal. ``answer`` is what the service says itself; ``shown`` compares addresses."""
    return page(
        "refusal",
        status=status,
        title=title,
        answer=answer,
        told=told,
        heading=told.message or HEADINGS.get(status, TITLE),
        sent=_marked(shown),
        enrolled=[(one, differing(one, shown.sent)) for one in shown.enrolled] if shown else [],
        exchange=console_link(call),
        rule=_rule_link(call, told),
    )


def _marked(shown: Shown | None) -> list[tuple[str, bool]]:
    return differing(shown.sent, nearest(shown.sent, shown.enrolled)) if shown and shown.sent else []


def _rule_link(call: Call, told: Refusal) -> str:
    page_name, _, anchor = told.source.removeprefix("docs/sources/").partition("#")
    control = call.sandbox.addresses.control
    return f"{control}/sources/{page_name.removesuffix('.md')}#{anchor}" if control and anchor else ""


class ExplainingApplication(Application):
    """The application, whose refusals a browser shows as pages: the JSON of an error answer is held back and told."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        call = Call.of(scope)
        await super().__call__(scope, receive, _Held(send, call) if navigates(call) else send)


@dataclass(slots=True)
class _Held:
    """The ``send`` of a navigation: an error answer that is no page waits for its end and leaves as one."""

    send: Send
    call: Call
    head: Message | None = None
    body: bytes = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _for_programs(message):
            self.head = message
        elif self.head is None:
            await self.send(message)
        else:
            self.body += message.get("body", b"")[:MAX_HELD]
            if not message.get("more_body"):
                raw = RawResponse(self.head["status"], self.body, "", _kept(self.head["headers"]))
                await send_raw(self.send, _as_page(self.call, raw))


def shown_to(call: Call, answer: RawResponse) -> RawResponse:
    """Return what the caller of an error is shown: the answer itself, or to a browser a page that explains it."""
    if answer.status < ERROR or answer.content_type.startswith("text/html") or not navigates(call):
        return answer
    return _as_page(call, answer)


def _as_page(call: Call, answer: RawResponse) -> RawResponse:
    found = call.exchange.noted.get(Refusal)
    told, title = (found, TITLE) if found else (UNEXPLAINED, NOT_A_REFUSAL)
    raw = refusal_page(call, told, status=answer.status, answer=_words(answer.body), title=title)
    present = {name.lower() for name, _ in raw.headers}
    kept = [(name, value) for name, value in answer.headers if name.lower() not in present]
    return RawResponse(raw.status, raw.body, HTML, (*raw.headers, *kept))


def _for_programs(head: Message) -> bool:
    kinds = [value for name, value in head["headers"] if name == b"content-type"]
    return int(head["status"]) >= ERROR and not any(value.startswith(b"text/html") for value in kinds)


def _kept(headers: Sequence[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    return tuple((n.decode("latin-1"), value.decode("latin-1")) for n, value in headers if n not in REPLACED)


def _words(body: bytes) -> str:
    """Return what an error in OAuth's form says, on one line."""
    try:
        read: Any = read_json(body)
    except BadJson:
        return ""
    said = read if isinstance(read, Mapping) else {}
    return " – ".join(str(said[name]) for name in ("error", "error_description") if said.get(name))
