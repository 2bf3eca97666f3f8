"""From refusals and XDS errors to the facts that explain them.

Source: design of the project (Evidence). Knows values and catalogues, no wire.
"""

from __future__ import annotations

from collections.abc import Sequence

from dmp_mock.codes.faults import FAULTS
from dmp_mock.domain.errors import Refused, XdsError
from dmp_mock.facts import ToldError, XdsErrors
from lgo_sandbox.watch.refusals import Refusal

__all__ = ["told_errors", "told_refusal"]


def told_errors(errors: Sequence[XdsError]) -> XdsErrors:
    """Return the facts of a RegistryErrorList."""
    return XdsErrors(
        errors=tuple(
            ToldError(
                code=error.code.value,
                context=error.context,
                where=error.location,
                received=error.received,
                expected=error.expected,
                remedy=error.told_remedy,
            )
            for error in errors
        )
    )


def told_refusal(refused: Refused, reason: str) -> Refusal:
    """Return the facts of a fault; ``reason`` is what it says on the wire, which some norms want in English."""
    line = FAULTS[refused.code]
    return refused.refusal(remedy=line.remedy, message=line.french or reason, source=line.source)
