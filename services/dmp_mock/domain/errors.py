"""The two ways in which the DMP says no: a SOAP fault, or a RegistryErrorList.

Source: docs/sources/dmp.md#refus and #erreurs-xds. Each says what was received, where, what was expected there and,
when the rule knows better than the catalogue, what to change. How they are written is the wire's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dmp_mock.codes.xds_errors import XDS_LINES, XdsCode
from lgo_sandbox.watch import refusals
from lgo_sandbox.watch.refusals import Refusal

__all__ = ["Refused", "XdsError", "XdsFailure", "as_fault"]

# lgo_sandbox.watch.refusals.Refused
#   Refused      a SOAP fault
# XdsFailure     a RegistryErrorList (or a fault, by option)


class Refused(refusals.Refused):
    """A SOAP fault. ``code`` is a line of ``codes.faults``; ``subcode`` replaces that of the line."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        received: str,
        expected: str,
        where: str = "",
        remedy: str = "",
        subcode: str = "",
    ) -> None:
        super().__init__(code, detail, received=received, expected=expected, where=where, remedy=remedy)
        self.subcode = subcode


@dataclass(frozen=True, slots=True)
class XdsError:
    """One error of a RegistryErrorList; ``context`` is French, ``location`` the object or attribute at fault."""

    code: XdsCode
    context: str
    location: str = ""
    received: str = field(kw_only=True)
    expected: str = field(kw_only=True)
    remedy: str = field(default="", kw_only=True)

    @property
    def told_remedy(self) -> str:
        """What to change, by the catalogue unless the rule knows better."""
        return self.remedy or XDS_LINES[self.code].remedy

    def refusal(self) -> Refusal:
        """Return why the exchange is refused."""
        told = refusals.Refused(
            self.code.value,
            self.context,
            received=self.received,
            expected=self.expected,
            where=self.location,
            remedy=self.remedy,
        )
        return told.refusal(remedy=self.told_remedy, source=XDS_LINES[self.code].source)


class XdsFailure(Exception):
    """A refusal by a RegistryErrorList."""

    def __init__(self, errors: Sequence[XdsError]) -> None:
        super().__init__("; ".join(f"{error.code}: {error.context}" for error in errors))
        self.errors = tuple(errors)


def as_fault(errors: Sequence[XdsError]) -> Refused:
    """Return XDS errors as the fault that dresses the first of them."""
    first = errors[0]
    return Refused(
        "xds",
        first.context,
        received=first.received,
        expected=first.expected,
        where=first.location,
        remedy=first.told_remedy,
        subcode=first.code.value,
    )
