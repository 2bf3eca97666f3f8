"""What derives from the transactions: which body asks for which, the paths that exist, the operations.

Source: design of the project (The house). Nothing is listed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmp_mock.codes.names import ALIASES
from dmp_mock.codes.retired import RETIRED, Retired
from dmp_mock.transaction import Transaction
from dmp_mock.transactions import discover
from dmp_mock.wire.messages import hl7_reason

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["PATHS", "SERVED_PATHS", "TRANSACTIONS", "transaction_named", "transaction_of"]

TRANSACTIONS: tuple[Transaction, ...] = discover()

SERVED_PATHS = tuple(sorted({transaction.path for transaction in TRANSACTIONS}))
PATHS = frozenset({*SERVED_PATHS, *(one.path for one in RETIRED), *ALIASES})


def transaction_named(name: str) -> Transaction | None:
    """Return the transaction of an operation."""
    return next((transaction for transaction in TRANSACTIONS if transaction.name == name), None)


def transaction_of(body: etree._Element) -> Transaction | Retired | None:
    """Return what a SOAP body asks for; the first of its element when it is none of those that share it."""
    served = [transaction for transaction in TRANSACTIONS if transaction.body.qname == body.tag]
    retired = [one for one in RETIRED if one.qname == body.tag]
    meant = next((one for one in served if one.body.is_meant(body)), None)
    gone = next((one for one in retired if not one.reason or one.reason == hl7_reason(body)), None)
    first: Transaction | Retired | None = next(iter(served), None) or next(iter(retired), None)
    return meant or gone or first
