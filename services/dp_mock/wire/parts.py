"""Taking typed values out of untrusted JSON; what is not read is told.

Source: RFC 8259; docs/sources/dp.md#tolerances. Knows no message.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, TypeAlias

from dp_mock import codes
from dp_mock.domain.values import Refused
from dp_mock.facts import Tolerance
from lgo_sandbox.watch.wording import counted
from lgo_sandbox.wire.json import BadJson, read_json

__all__ = ["Json", "Reader", "reader_of"]

Json: TypeAlias = dict[str, Any]
SHOWN = 120
HEAD = 60
UNREAD = "un membre du contrat ; celui-ci n'est pas lu"


def reader_of(body: bytes, *, optional: bool = False) -> Reader:
    """Return a reader of the JSON object of a body. Raises Refused for anything else."""
    if not body and optional:
        return Reader({}, "", [])
    try:
        value = read_json(body)
    except BadJson as error:
        received = f"« {body[:HEAD].decode('utf-8', 'backslashreplace')} » : {error.reason}" if body else "corps vide"
        raise Refused("corps-illisible", error.reason, received=received, where="corps") from error
    if not isinstance(value, dict):
        raise Refused("corps-illisible", "un objet JSON est attendu", received=_shown(value), where="corps")
    return Reader(value, "", [])


class Reader:
    """An object that is read member by member; ``done`` tells of those that nobody read."""

    def __init__(self, value: Json, where: str, tolerances: list[Tolerance]) -> None:
        self._value, self._where, self._tolerances = value, where, tolerances
        self._read: set[str] = set()

    def place(self, name: str) -> str:
        """Return the path of a member in the body."""
        return f"{self._where}.{name}" if self._where else name

    def text(self, name: str, *, required: bool = False) -> str:
        """Return a text, empty when absent. Raises Refused when it is none, too long or missing."""
        found = self._take(name)
        if found is None and not required:
            return ""
        if not isinstance(found, str) or len(found) > codes.MAX_TEXT or (required and not found.strip()):
            raise self._invalid(name, f"un texte de {counted(codes.MAX_TEXT, 'caractère')} au plus", found)
        return found.strip()

    def choice(self, name: str, choices: Collection[str]) -> str:
        """Return one of some texts. Raises Refused."""
        found = self.text(name, required=True)
        if found not in choices:
            raise self._invalid(name, ", ".join(choices), found)
        return found

    def flag(self, name: str) -> bool:
        """Return a boolean, false when absent. Raises Refused."""
        found = self._take(name)
        if found is not None and not isinstance(found, bool):
            raise self._invalid(name, "vrai ou faux", found)
        return bool(found)

    def whole(self, name: str, default: int) -> int:
        """Return a whole number. Raises Refused, a quantity of its own for a fraction."""
        found = self._take(name)
        if found is None:
            return default
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise self._invalid(name, "un nombre entier", found)
        if found != int(found):
            raise Refused("quantite-invalide", f"{found}", received=f"{found}", where=self.place(name))
        return int(found)

    def member(self, name: str) -> Reader:
        """Return a reader of an object, of nothing when it is absent. Raises Refused."""
        found = self._take(name)
        if found is not None and not isinstance(found, dict):
            raise self._invalid(name, "un objet", found)
        return Reader(found or {}, self.place(name), self._tolerances)

    def objects(self, name: str) -> list[Reader]:
        """Return readers of the objects of a list that is not empty. Raises Refused."""
        found = self._take(name)
        right = isinstance(found, list) and 0 < len(found) <= codes.MAX_ITEMS
        if not right or not all(isinstance(one, dict) for one in found):
            raise self._invalid(name, f"une liste de 1 à {codes.MAX_ITEMS} objets", found)
        place = self.place(name)
        return [Reader(one, f"{place}[{number}]", self._tolerances) for number, one in enumerate(found, 1)]

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, empty when absent. Raises Refused."""
        found = self._take(name)
        if found is None:
            return ()
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise self._invalid(name, "une liste de textes", found)
        return tuple(found[: codes.MAX_ITEMS])

    def done(self) -> tuple[Tolerance, ...]:
        """Return what was passed over so far, the members of this object that nobody read included."""
        for name in self._value:
            if name not in self._read:
                sent = _shown(self._value[name])
                self._tolerances.append(Tolerance(where=self.place(name)[:SHOWN], received=sent, expected=UNREAD))
        self._read.update(self._value)
        return tuple(self._tolerances)

    def _take(self, name: str) -> Any:
        self._read.add(name)
        return self._value.get(name)

    def _invalid(self, name: str, wanted: str, found: Any) -> Refused:
        where = self.place(name)
        remedy = f"Mettez dans {where} : {wanted}."
        detail = f"{where} : {wanted}"
        return Refused("element-invalide", detail, received=_shown(found), expected=wanted, where=where, remedy=remedy)


def _shown(value: Any) -> str:
    return "absent" if value is None else json.dumps(value, ensure_ascii=False)[:SHOWN]
