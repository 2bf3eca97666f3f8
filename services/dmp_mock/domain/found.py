"""What a stored query finds: documents, lots and associations. Source: docs/sources/dmp.md#requete-xds."""

from __future__ import annotations

from dataclasses import dataclass

from dmp_mock.domain.values import Entry, Link, SubmissionSet

__all__ = ["Found"]


@dataclass(frozen=True, slots=True)
class Found:
    """The objects of an answer, each kind in the order of registration."""

    entries: tuple[Entry, ...] = ()
    sets: tuple[SubmissionSet, ...] = ()
    links: tuple[Link, ...] = ()
