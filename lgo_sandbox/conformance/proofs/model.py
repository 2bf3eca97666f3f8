"""What must have been seen before a requirement is said to be kept: parts that all count.

Source: docs/sources/requirements.md; which part is needed is our own reading of the demand. Knows no requirement, no
service and no journal.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from lgo_sandbox.watch.markers import plain

__all__ = ["Part", "Proof", "kept", "staged", "unchecked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing to see. ``what`` is French and follows « il reste à voir : ».

    ``checks``: one of them was kept. ``markers``: one of these situations was staged by the tester. Both when both are
    given; neither: the sandbox has no check for this part yet.
    """

    what: str
    checks: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()

    @property
    def checked(self) -> bool:
        """Tell whether the sandbox can see this part at all."""
        return bool(self.checks or self.markers)

    def seen(self, kept: Collection[str], staged: Collection[str]) -> bool:
        """Tell whether it was seen; ``staged`` are plain names of markers."""
        by_check = not self.checks or any(check in kept for check in self.checks)
        by_marker = not self.markers or any(plain(name) in staged for name in self.markers)
        return self.checked and by_check and by_marker


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """All that proves a requirement on the wire. ``rest`` is what people still have to show: then it never passes."""

    parts: tuple[Part, ...]
    rest: str = ""


def kept(*checks: str, what: str) -> Part:
    """Return a part that is seen once one of some checks was kept."""
    return Part(what=what, checks=checks)


def staged(*markers: str, what: str, checks: tuple[str, ...] = ()) -> Part:
    """Return a part that asks for a situation: one of some markers, and one of some checks when given."""
    return Part(what=what, markers=markers, checks=checks)


def unchecked(what: str) -> Part:
    """Return a part that the sandbox cannot see yet."""
    return Part(what=what)
