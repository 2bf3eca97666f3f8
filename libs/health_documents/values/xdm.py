"""What can be wrong with an XDM archive, as values: each fault has its own kind, so that each has its own remedy.

Source: IHE ITI TF-2 §3.32 (tree, METADATA.XML), IHE ITI TF-3 §4.2 (hash, size, URI), specs/mssante.md §3.2; confidence
high. Values only: who finds them is ``xdm.read``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["XdmFault", "XdmProblem"]


class XdmFault(StrEnum):
    """Kinds of fault. The first seven, and an absent or malformed METADATA.XML, leave an archive unread."""

    ZIP = "zip"
    LIMITS = "limits"
    PATH = "path"
    TWICE = "twice"
    METHOD = "method"
    NESTED = "nested"
    METADATA = "metadata"
    METADATA_XML = "metadata-xml"
    TREE = "tree"
    URI = "uri"
    ALTERED = "altered"
    HASH = "hash"
    LENGTH = "length"
    MEDIA = "media"
    UNDESCRIBED = "undescribed"
    EMPTY = "empty"
    SUBMISSION_SET = "submission-set"
    PATIENT = "patient"
    PATIENTS = "patients"


@dataclass(frozen=True, slots=True)
class XdmProblem:
    """Something wrong, in French: what is there, and what was expected (empty: the absence of that)."""

    fault: XdmFault
    text: str
    expected: str = ""

    def __str__(self) -> str:
        return self.text
