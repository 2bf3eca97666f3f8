"""What we reproach the layout of a request: whatever its schema does not allow, told beside the answer.

Source: docs/sources/insi.md#ordre-des-elements. The service takes all of this; what the real one does is not public.
Reads what was seen out of place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from insi_mock.checks.operations import ALL
from insi_mock.domain import Stray, Why
from insi_mock.facts import Message
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.refusals import Refusal

__all__ = ["LAYOUT"]


def _strays(seen: Observed[Message]) -> Outcome:
    """Tell of what is out of place, but when the refusal says it already, or when another check does."""
    if seen.also(Refusal):
        return None
    odd = [one for one in seen.facts.strays if not _is_addressing(one)]
    if not odd:
        return True
    received = " ; ".join(map(_received, odd))
    expected = " ; ".join(dict.fromkeys(map(_expected, odd)))
    remedy = " ".join(dict.fromkeys(map(_remedy, odd)))
    return Violation(received, expected, "", remedy, ", ".join(dict.fromkeys(one.path for one in odd)))


def _is_addressing(stray: Stray) -> bool:
    return stray.why is not Why.REPEATED and stray.like in ("MessageID", "Action")


def _received(stray: Stray) -> str:
    value = f" « {stray.value} »" if stray.value else ""
    return f"{stray.path}{value} {stray.why.value}"


def _expected(stray: Stray) -> str:
    if stray.why is Why.MISPLACED:
        return f"dans {stray.parent}, dans cet ordre : {stray.expected}"
    if stray.why is Why.VALUE:
        return f"{stray.path} : {stray.expected}"
    return "la séquence du schéma, dans son espace de noms"


def _remedy(stray: Stray) -> str:
    return _REMEDIES[stray.why](stray)


def _unknown(stray: Stray) -> str:
    return f"Remplacez {stray.name} par {stray.like}." if stray.like else f"Retirez {stray.name} de {stray.parent}."


_REMEDIES: Mapping[Why, Callable[[Stray], str]] = {
    Why.NAMESPACE: lambda one: f"Écrivez {one.like} dans l'espace de noms « {one.wanted} ».",
    Why.UNKNOWN: _unknown,
    Why.REPEATED: lambda one: f"Gardez un seul {one.name} dans {one.parent}.",
    Why.MISPLACED: lambda one: f"Placez {one.name} dans {one.parent} selon cet ordre : {one.expected}.",
    Why.ATTRIBUTE: lambda one: f"Retirez l'attribut {one.name.removeprefix('@')} de {one.parent}.",
    Why.TEXT: lambda one: f"Retirez le texte « {one.value} » de {one.parent}.",
    Why.VALUE: lambda one: f"Écrivez dans {one.path} {one.expected}, à la place de « {one.value} ».",
}

LAYOUT = (
    Check(
        id="INSI-SCHEMA",
        title="Éléments, ordre, attributs et formats du schéma",
        reads=Message,
        test=_strays,
        source="docs/sources/insi.md#ordre-des-elements",
        remedy="Comparez la requête au WSDL (GET /lps?wsdl).",
        operations=ALL,
        severity=Severity.WARNING,
    ),
)
