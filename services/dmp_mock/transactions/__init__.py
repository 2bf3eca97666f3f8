"""The transactions of the DMP, one file each: how it is read, served, refused, described, shown to people and checked.

A module here defines ``TRANSACTION``; ``discover`` finds it, and everything that lists transactions derives from that.
To add one: ``python -m dmp_mock.scaffold td9_9`` (docs/services/dmp.md). What several share is in the rooms beside.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from dmp_mock.transaction import Transaction

__all__ = ["discover"]


def discover() -> tuple[Transaction, ...]:
    """Return the transactions of this package, by name. Raises TypeError for a module that defines none."""
    found = [_transaction_of(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    return tuple(sorted(found, key=lambda transaction: transaction.name))


def _transaction_of(name: str) -> Transaction:
    transaction = getattr(import_module(name), "TRANSACTION", None)
    if not isinstance(transaction, Transaction):
        raise TypeError(f"{name} defines no TRANSACTION")
    return transaction
