"""The two ways in which the DMP says no: a SOAP fault, or a RegistryErrorList.

Source: specs/dmp.md §4.2. Knows the fault table and the IHE codes; how they are written is the wire's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dmp_mock.codes.xds import XdsCode

__all__ = ["DmpError", "Refused", "XdsError", "XdsFailure"]

# DmpError
#   Refused      a SOAP fault
#   XdsFailure   a RegistryErrorList (or a fault, by option)


class DmpError(Exception):
    """The DMP refuses a request."""


class Refused(DmpError):
    """A SOAP fault. ``key`` is a line of ``codes.faults``; ``rule``, ``received`` and ``expected`` explain it (French).

    ``subcode`` replaces that of the line.
    """

    def __init__(
        self, key: str, detail: str = "", *, rule: str = "", received: str = "", expected: str = "", subcode: str = ""
    ) -> None:
        super().__init__(f"{key}: {detail}" if detail else key)
        self.key = key
        self.detail = detail
        self.rule = rule or key
        self.received = received
        self.expected = expected
        self.subcode = subcode


@dataclass(frozen=True, slots=True)
class XdsError:
    """One error of a RegistryErrorList; ``context`` is French, ``location`` the object or attribute at fault."""

    code: XdsCode
    context: str
    location: str = ""


class XdsFailure(DmpError):
    """A refusal by a RegistryErrorList."""

    def __init__(self, errors: Sequence[XdsError]) -> None:
        super().__init__("; ".join(f"{error.code}: {error.context}" for error in errors))
        self.errors = tuple(errors)
