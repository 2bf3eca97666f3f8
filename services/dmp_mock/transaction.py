"""What a transaction of the DMP is: one record, every member of which its file must give.

A file of ``dmp_mock.transactions`` defines one ``TRANSACTION``; whatever lists transactions derives from them
(dispatch, WSDL, operations, checks, page of the documentation, rendering for people). Source: design of the project
(The house).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lgo_sandbox.watch.checks import Check
from lgo_sandbox.watch.facts import Noted

if TYPE_CHECKING:
    from lxml import etree

    from dmp_mock.caller import Admitted
    from dmp_mock.domain.errors import XdsError
    from dmp_mock.wire.messages import Answer

__all__ = ["Actions", "Body", "Described", "PageRow", "Shown", "Transaction"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The element of the SOAP body that asks for a transaction.

    ``is_meant`` tells apart the transactions of one element; the first by name is taken when none is meant.
    """

    qname: str
    is_meant: Callable[[etree._Element], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """The WS-Addressing actions: of the request, of the answer, and those that are right too (WSDL-made clients)."""

    request: str
    response: str
    also: frozenset[str]

    @property
    def right(self) -> frozenset[str]:
        """Every right action of a request."""
        return self.also | {self.request}


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """How the WSDL describes a transaction: its port, its operation, the elements of request and answer.

    Elements are ``{namespace}name``; ``schemas`` are whole ``xsd:schema`` elements for namespaces that the package does
    not hold. ``soap_action`` is what the official description says, where it is not the action on the wire.
    """

    port: str
    operation: str
    asked: str
    answered: str
    schemas: tuple[str, ...]
    soap_action: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    """The row of docs/services/dmp.md: messages on the wire, and what this version makes of them."""

    wire: str
    serves: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What people are shown of an exchange: labelled French values of the request and of the answer."""

    asked: tuple[tuple[str, str], ...]
    answered: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One TD. ``right`` is its line of the rights matrix; ``one_patient``: its VIHF must name one.

    Where one message asks for several lines, ``right`` tells by its body which.

    ``serve`` answers an admitted request, raising Refused or XdsFailure; ``fail`` answers XDS errors. A record without
    a check, or with a check that does not look at it, is not made: that is a ValueError at import. One that looks at
    several operations stands with one of them.
    """

    name: str
    title: str
    path: str
    body: Body
    actions: Actions
    right: str | Callable[[etree._Element], str]
    one_patient: bool
    serve: Callable[[Admitted], Answer]
    fail: Callable[[Admitted, Sequence[XdsError]], Answer]
    describe: Described
    decode: Callable[[Noted], Shown]
    page: PageRow
    checks: tuple[Check[Any], ...]

    def right_to(self, body: etree._Element) -> str:
        """Return the line of the matrix that a message asks for."""
        return self.right if isinstance(self.right, str) else self.right(body)

    def __post_init__(self) -> None:
        texts = (self.name, self.title, self.path, self.body.qname, self.right, self.page.wire, self.page.serves)
        if not all(texts) or not (self.describe.port and self.describe.operation):
            raise ValueError(
                f"transaction {self.name}: name, title, path, body, right, WSDL port and page row are wanted"
            )
        if not self.checks or any(self.name not in check.operations for check in self.checks):
            raise ValueError(f"transaction {self.name}: at least one check is wanted, for operations={{{self.name!r}}}")
