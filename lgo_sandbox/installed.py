"""Which services are installed, by their entry points, before any of them is imported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points

__all__ = ["found"]

GROUP = "lgo_sandbox.services"


def found(names: Iterable[str] = ()) -> Mapping[str, EntryPoint]:
    """Return the entry points of all services, or of the named ones. Raises LookupError (French) for an unknown one."""
    wanted = set(names)
    points = {point.name: point for point in entry_points(group=GROUP) if not wanted or point.name in wanted}
    if wanted - set(points):
        raise LookupError(f"service inconnu : {', '.join(sorted(wanted - set(points)))}")
    return points
