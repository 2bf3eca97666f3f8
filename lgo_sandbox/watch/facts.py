"""Facts: what an exchange was, as frozen typed values that handlers note and checks read.

A service declares one value per operation family in its ``facts.py``. A handler notes a whole value; a later one of the
same type replaces it. A costly look (the barcodes of a PDF) is a ``Lazy`` member, taken after the answer has left.
Facts are journaled as JSON under the name of their type and come back typed, so that a history can be rebuilt.
Source: design of the project (Evidence). Must not know any service.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar, cast, get_args

from pydantic import GetCoreSchemaHandler, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, core_schema, to_json

__all__ = ["Facts", "Lazy", "Noted", "text_of"]

SUBJECTS = "subjects"
"""Under which name the journal keeps whom the facts are about, beside the names of their types."""

T = TypeVar("T")
F = TypeVar("F", bound="Facts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one exchange was, in one respect. Members are frozen values, tuples, enumerations and ``Lazy`` looks."""

    @property
    def subjects(self) -> tuple[str, ...]:
        """Whom or what these facts are about (a matricule, a document…): the history can be asked for it."""
        return ()

    @property
    def looks(self) -> tuple[Lazy[Any], ...]:
        """The costly looks among the members that were not taken yet."""
        values = (getattr(self, name) for name in _lazy_members(type(self)))
        return tuple(value for value in values if isinstance(value, Lazy) and not value.taken)


_LAZY: dict[type[Facts], tuple[str, ...]] = {}


def _lazy_members(kind: type[Facts]) -> tuple[str, ...]:
    """Return the members of a type that may hold a look: most types have none, and are asked at every exchange."""
    known = _LAZY.get(kind)
    if known is None:
        known = _LAZY[kind] = tuple(field.name for field in fields(kind) if Lazy.__name__ in str(field.type))
    return known


class Lazy(Generic[T]):
    """A look that costs: taken once, when somebody asks for ``value``, or by the sandbox after the answer has left.

    The look must hold all that it needs, and must not touch the session: it may run in another thread.
    """

    __slots__ = ("_look", "_value")

    def __init__(self, look: Callable[[], T]) -> None:
        self._look: Callable[[], T] | None = look
        self._value: T | None = None

    @classmethod
    def known(cls, value: T) -> Lazy[T]:
        """Return a look whose value is known."""
        made = cls(lambda: value)
        made.take()
        return made

    @property
    def taken(self) -> bool:
        """Tell whether the value is known."""
        return self._look is None

    @property
    def value(self) -> T:
        """What was seen; the look is taken now if it was not yet."""
        self.take()
        return cast(T, self._value)

    def take(self) -> None:
        """Take the look, if it was not taken yet, and let go of what it held."""
        look = self._look
        if look is not None:
            self._value = look()
            self._look = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lazy) and bool(self.value == other.value)

    def __hash__(self) -> int:
        return hash(self.value)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Journal the value that was seen."""
        (seen,) = get_args(source)
        inner = handler.generate_schema(seen)
        serializer = TypeAdapter(seen)
        return core_schema.no_info_after_validator_function(
            cls.known,
            inner,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda lazy: serializer.dump_python(lazy.value, mode="json")
            ),
        )


class Noted:
    """The facts of one exchange, by type: noted while it is answered, or as the journal kept them."""

    __slots__ = ("_may_look", "_stored", "_values")

    def __init__(self, stored: Mapping[str, Any] | None = None) -> None:
        self._values: dict[str, Facts] = {}
        self._may_look = False
        self._stored: Mapping[str, Any] = stored or {}

    def put(self, facts: Facts) -> None:
        """Note facts, in the place of others of their type."""
        self._values[type(facts).__name__] = facts
        self._may_look = self._may_look or bool(_lazy_members(type(facts)))

    def get(self, kind: type[F]) -> F | None:
        """Return the facts of a type, None when there are none (or the journal kept them in another shape)."""
        name = kind.__name__
        found = self._values.get(name)
        if type(found) is kind:
            return found
        if found is None and name in self._stored:
            try:
                found = self._values[name] = _adapter(kind).validate_python(self._stored[name])
            except ValidationError:
                return None
        return found if isinstance(found, kind) else None

    def __iter__(self) -> Iterator[Facts]:
        """The facts noted in this process."""
        return iter(self._values.values())

    @property
    def kinds(self) -> frozenset[str]:
        """The names of the types of these facts."""
        return frozenset(self._values) | frozenset(self._stored) - {SUBJECTS}

    @property
    def subjects(self) -> frozenset[str]:
        """Whom or what the facts are about, those that the journal kept included."""
        noted = {subject for facts in self._values.values() for subject in facts.subjects if subject}
        return frozenset(noted).union(self._stored.get(SUBJECTS, ()))

    @property
    def looks(self) -> tuple[Lazy[Any], ...]:
        """The costly looks that were not taken yet."""
        if not self._may_look:
            return ()
        return tuple(look for facts in self._values.values() for look in facts.looks)

    def drop_untaken(self) -> None:
        """Drop the facts with a look that could not be taken: nobody may look again, and nothing else is lost."""
        if self.looks:
            self._values = {name: facts for name, facts in self._values.items() if not facts.looks}

    def to_json(self) -> dict[str, Any]:
        """Return all facts as JSON values by the name of their type."""
        noted = {name: _adapter(type(facts)).dump_python(facts, mode="json") for name, facts in self._values.items()}
        return {**self._stored, **noted, **self._about()}

    def to_text(self) -> str:
        """Return ``to_json`` as text."""
        if self._stored:
            return text_of(self.to_json())
        try:
            parts = {name: _adapter(type(facts)).dump_json(facts).decode() for name, facts in self._values.items()}
        except (PydanticSerializationError, UnicodeError):
            return text_of(self.to_json())
        parts.update((name, text_of(value)) for name, value in self._about().items())
        return "{" + ",".join(f'"{name}":{text}' for name, text in parts.items()) + "}"

    def _about(self) -> dict[str, Any]:
        subjects = self.subjects
        return {SUBJECTS: sorted(subjects)} if subjects else {}


def text_of(value: Any) -> str:
    """Return JSON values as text; half of a character (a lone surrogate), which has no octets, is escaped."""
    try:
        return to_json(value).decode()
    except (PydanticSerializationError, UnicodeError):
        return json.dumps(value, default=str)


_ADAPTERS: dict[type[Facts], TypeAdapter[Any]] = {}


def _adapter(kind: type[F]) -> TypeAdapter[F]:
    """Return the adapter of a type, made at its first use: it costs about a millisecond."""
    known = _ADAPTERS.get(kind)
    if known is None:
        known = _ADAPTERS[kind] = TypeAdapter(kind)
    return known
