"""What was read from a store, kept in memory as long as nothing was committed there: for what is asked all the time.

Source: design of the project (State). Values must be frozen: whoever asks gets the same one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from lgo_sandbox.state.port import Store

__all__ = ["Kept"]

V = TypeVar("V")


class Kept(Generic[V]):
    """Values of any store by a name, ``limit`` of each store at most."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._of: WeakKeyDictionary[Store, tuple[tuple[int, int], dict[str, V]]] = WeakKeyDictionary()

    def get(self, store: Store, name: str, read: Callable[[], V]) -> V:
        """Return what ``read`` returned for a name, reading again when anything was committed since.

        Within a unit of work it is always read and never kept: what stands there may yet be rolled back.
        """
        if store.in_transaction:
            return read()
        generation = store.generation()
        since, values = self._of.get(store, (None, {}))
        if since != generation or len(values) >= self._limit:
            values = {}
            self._of[store] = (generation, values)
        if name not in values:
            values[name] = read()
        return values[name]
