"""What we reproach the head of a request: how it is addressed, and how its octets are written.

Source: docs/sources/insi.md#message-id, #wsa-action, #type-mime. The service takes all of this; the real one may not.
"""

from __future__ import annotations

import re

from insi_mock.checks.operations import ALL
from insi_mock.domain import Stray
from insi_mock.domain.formats import namespace_for_people
from insi_mock.facts import Addressing, Message
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation

__all__ = ["HEADERS"]

_BARE_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_SOAP = "application/soap+xml"
_UTF_8 = "UTF-8"


def _elsewhere(seen: Observed[Addressing], name: str) -> Violation | None:
    """Tell of an addressing block that is there, in the namespace of an older WS-Addressing for instance."""
    message = seen.also(Message)
    stray = next((one for one in message.strays if one.like == name), None) if message else None
    return None if stray is None else _seen_as(stray, name)


def _seen_as(stray: Stray, name: str) -> Violation:
    where = f"Header/{stray.name}"
    if not stray.wanted:
        return Violation(stray.name, name, "", f"Écrivez {name}, à la place de {stray.name}.", where)
    received = f"{stray.name} dans {namespace_for_people(stray.namespace)}"
    right = f"{name} dans l'espace de noms « {stray.wanted} »"
    return Violation(received, right, "", f"Écrivez {right}.", where)


def _message_id(seen: Observed[Addressing]) -> Outcome:
    value = seen.facts.message_id
    if value.startswith("uuid:") and _BARE_UUID.fullmatch(value.removeprefix("uuid:")):
        return True
    if not value and (elsewhere := _elsewhere(seen, "MessageID")):
        return elsewhere
    bare = value.strip().removeprefix("urn:").removeprefix("uuid:")
    right = f"« uuid:{bare} »" if _BARE_UUID.fullmatch(bare) else "« uuid: » suivi d'un UUID neuf"
    remedy = f"Envoyez {right} dans wsa:MessageID."
    return Violation(value or "absent", "uuid: suivi d'un UUID", "", remedy, "Header/MessageID")


def _action(seen: Observed[Addressing]) -> Outcome:
    value, expected = seen.facts.action, seen.facts.expected_action
    if value == expected:
        return True
    if not value and (elsewhere := _elsewhere(seen, "Action")):
        return elsewhere
    return Violation(value or "absent", expected, "", f"Envoyez « {expected} » dans wsa:Action.", "Header/Action")


def _media_type(seen: Observed[Message]) -> Outcome:
    value = seen.facts.media_type
    return value == _SOAP or Violation(value or "absent", _SOAP, where="Content-Type")


def _encoding(seen: Observed[Message]) -> Outcome:
    """Tell of another encoding than UTF-8, in the body or announced, and of a compression announced and not made."""
    value, coding = seen.facts.encoding, seen.facts.coding
    if coding:
        remedy = "Retirez l'en-tête Content-Encoding : le corps n'est pas compressé."
        return Violation(f"Content-Encoding: {coding}", "aucun Content-Encoding", "", remedy, "Content-Encoding")
    if value != _UTF_8:
        return Violation(value, _UTF_8, where="encodage du corps")
    announced = seen.facts.charset
    remedy = "Écrivez charset=utf-8 dans Content-Type, comme l'est le message."
    return announced in ("", _UTF_8, "UTF8") or Violation(
        f"charset={announced}", "charset=utf-8", "", remedy, "Content-Type"
    )


HEADERS = (
    Check(
        id="INSI-MESSAGE-ID",
        title="wsa:MessageID de la forme uuid: suivi d'un UUID",
        reads=Addressing,
        test=_message_id,
        source="docs/sources/insi.md#message-id",
        remedy="Envoyez un wsa:MessageID, préfixé par « uuid: ».",
        confidence="M",
        operations=ALL,
        severity=Severity.WARNING,
    ),
    Check(
        id="INSI-ACTION",
        title="wsa:Action présente et conforme à l'opération",
        reads=Addressing,
        test=_action,
        source="docs/sources/insi.md#wsa-action",
        remedy="Envoyez le bloc wsa:Action ; le WSDL ne le lie pas, mais les clients du terrain l'envoient.",
        confidence="M",
        operations=ALL,
        severity=Severity.INFO,
    ),
    Check(
        id="INSI-TYPE-MIME",
        title="Requête en application/soap+xml",
        reads=Message,
        test=_media_type,
        source="docs/sources/insi.md#type-mime",
        remedy="Écrivez application/soap+xml à la tête de Content-Type, puis charset=utf-8 et l'action.",
        confidence="M",
        operations=ALL,
        severity=Severity.WARNING,
    ),
    Check(
        id="INSI-ENCODAGE",
        title="Requête en UTF-8, sans compression",
        reads=Message,
        test=_encoding,
        source="docs/sources/insi.md#type-mime",
        remedy="Écrivez le message en UTF-8.",
        confidence="M",
        operations=ALL,
        severity=Severity.INFO,
    ),
)
