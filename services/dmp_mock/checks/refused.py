"""From a noted refusal, or noted XDS errors, to the violation that explains them.

Source: design of the project (Evidence). Knows facts.
"""

from __future__ import annotations

from typing import Any

from dmp_mock.facts import ToldError, XdsErrors
from lgo_sandbox.watch.checks import Observed, Violation
from lgo_sandbox.watch.refusals import Refusal
from lgo_sandbox.watch.wording import counted

__all__ = ["refused", "refused_by_xds", "was_refused"]

MAX_TOLD = 5


def refused(seen: Observed[Any], codes: frozenset[str]) -> Violation | None:
    """Return the refusal of an exchange as a violation, when its code is one of these."""
    refusal = seen.also(Refusal)
    if refusal is None or refusal.code not in codes:
        return None
    return Violation(refusal.received, refusal.expected, refusal.message, refusal.remedy, refusal.where)


def was_refused(seen: Observed[Any]) -> bool:
    """Tell whether the exchange was refused, for any reason."""
    return seen.also(Refusal) is not None


def refused_by_xds(seen: Observed[Any], codes: frozenset[str]) -> Violation | None:
    """Return the first XDS errors of an exchange with one of these codes as a violation."""
    told = seen.also(XdsErrors)
    errors = [error for error in told.errors if error.code in codes] if told else []
    if not errors:
        return None
    shown = errors[:MAX_TOLD]
    return Violation(
        received=_joined(shown, "received"),
        expected=_joined(shown, "expected"),
        message=f"{counted(len(errors), 'erreur')} XDS : {_joined(shown, 'context')}",
        remedy=" ".join(dict.fromkeys(error.remedy for error in shown)),
        where=_joined(shown, "where"),
    )


def _joined(errors: list[ToldError], member: str) -> str:
    return " ; ".join(str(getattr(error, member)) for error in errors)
