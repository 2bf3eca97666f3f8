"""Several clients want the same document at once: exactly one has it, and the registry says which.

``LGO_SANDBOX_RACES=1000`` plays each race as many times (docs/services/dmp.md); the suite plays a few.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from support.dmp_door import Dmp
from support.dmp_lots import Document, Lot
from support.dmp_messages import Reply, status_of

SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
TIMES = int(os.environ.get("LGO_SANDBOX_RACES", "3"))
HIDDEN = {"confidentiality": [("N", "2.16.840.1.113883.5.25"), ("MASQUE_PS", "1.2.250.1.213.1.1.4.13")]}
GET_DOCUMENTS = "5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"


def _fed(dmp: Dmp) -> tuple[Document, str, str]:
    document = dmp.document()
    assert status_of(dmp.feed(document)) == SUCCESS
    wanted = ("$XDSDocumentEntryUniqueId", f"('{document.unique_id}')")
    found = dmp.query(GET_DOCUMENTS, wanted)
    return document, found.text("//rim:ExtrinsicObject/@id"), found.text("//rim:ExtrinsicObject/@lid")


def _same_unique_id(dmp: Dmp) -> list[Callable[[], Reply]]:
    document = dmp.document()
    return [lambda: dmp.feed(dmp.document(unique_id=document.unique_id)) for _ in range(2)]


def _two_replacements(dmp: Dmp) -> list[Callable[[], Reply]]:
    _, technical, _ = _fed(dmp)
    return [lambda: dmp.feed(dmp.document(replaces=technical)) for _ in range(2)]


def _mask_against_delete(dmp: Dmp) -> list[Callable[[], Reply]]:
    document, technical, lid = _fed(dmp)
    masked = replace(document, lid=lid, codes=HIDDEN)
    return [lambda: dmp.update(lot=Lot([masked])), lambda: dmp.change(technical, "Deleted")]


def _archive_against_replacement(dmp: Dmp) -> list[Callable[[], Reply]]:
    _, technical, _ = _fed(dmp)
    return [lambda: dmp.change(technical, "Archived"), lambda: dmp.feed(dmp.document(replaces=technical))]


@pytest.mark.parametrize(
    "race", [_same_unique_id, _two_replacements, _mask_against_delete, _archive_against_replacement]
)
def test_exactly_one_wins(dmp: Dmp, race: Callable[[Dmp], Sequence[Callable[[], Reply]]]) -> None:
    with ThreadPoolExecutor(2) as pool:
        for _ in range(TIMES):
            acts = list(race(dmp))
            replies = list(pool.map(lambda act: act(), acts))
            assert sorted(status_of(reply) == SUCCESS for reply in replies) == [False, True]
            loser = next(reply for reply in replies if status_of(reply) != SUCCESS)
            assert len(loser.errors) == 1
