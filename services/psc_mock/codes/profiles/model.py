"""What a dated profile of Pro Santé Connect is made of: members with their source and confidence, forms of values.

Source: docs/sources/psc.md#profils. Data only. Knows no person, no session.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

__all__ = ["HIGH", "LOW", "MEDIUM", "Absence", "Form", "Member", "Profile", "members", "tree_of"]

HIGH, MEDIUM, LOW = "H", "M", "L"

Tree = Mapping[str, Any]
"""Member → None for a value, or the tree of an object or of the elements of a list; in the order of the wire."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a document: its path (``SubjectRefPro.exercices[].codeProfession``), where it was seen, how sure."""

    path: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Form:
    """How a value is written; ``title`` is French."""

    pattern: str
    title: str
    source: str
    confidence: str

    def fits(self, value: object) -> bool:
        """Tell whether a value has this form."""
        return isinstance(value, str) and re.fullmatch(self.pattern, value) is not None


@dataclass(frozen=True, slots=True)
class Absence:
    """What it rests on that a profile lacks a member of another."""

    source: str
    confidence: str


def members(source: str, confidence: str, names: str, within: str = "") -> tuple[Member, ...]:
    """Return members of one source, named in a row; ``within`` is the path of their object."""
    return tuple(Member(within + name, source, confidence) for name in names.split())


@dataclass(frozen=True)
class Profile:
    """Pro Santé Connect at a time: the members of its documents, in their order, and the forms of what they hold.

    ``forms`` are of ``access_token``, ``id_token`` and ``userinfo`` alike, unless the path names the document
    (``access_token:jti``). ``acr``: environment and means of log-in → the level told.
    """

    name: str
    title: str
    access_token: tuple[Member, ...]
    id_token: tuple[Member, ...]
    userinfo: tuple[Member, ...]
    lay_userinfo: tuple[Member, ...]
    """The user information of somebody without a profession."""
    discovery: tuple[Member, ...]
    scopes: tuple[str, ...]
    signing: tuple[str, ...]
    forms: Mapping[str, Form]
    acr: Mapping[tuple[str, str], str]
    absence: Absence
    """What the absence of a member that another profile has rests on."""
    bare_sub: bool = False
    """``sub`` is a UUID alone, and does not hold the national identifier."""
    jti_prefix: str = ""

    @cached_property
    def access_names(self) -> tuple[str, ...]:
        """The claims of an access token."""
        return tuple(one.path for one in self.access_token)

    @cached_property
    def id_names(self) -> tuple[str, ...]:
        """The claims of an ID token."""
        return tuple(one.path for one in self.id_token)

    @cached_property
    def discovery_names(self) -> tuple[str, ...]:
        """The members of the discovery document."""
        return tuple(one.path for one in self.discovery)

    @cached_property
    def userinfo_tree(self) -> Tree:
        """The members of the user information of a professional."""
        return tree_of(self.userinfo)

    @cached_property
    def lay_tree(self) -> Tree:
        """The members of the user information of anybody else."""
        return tree_of(self.lay_userinfo)


def tree_of(listed: tuple[Member, ...]) -> Tree:
    """Return members as a tree."""
    tree: dict[str, Any] = {}
    for one in listed:
        *objects, name = one.path.replace("[]", "").split(".")
        place = tree
        for part in objects:
            place = place.setdefault(part, {})
        place[name] = None
    return tree
