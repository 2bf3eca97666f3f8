"""What the rights refuse, through the door: one client an action, who has not the right, and whom nothing is given.

The complement in full (every line of the matrix, profile and access mode) is enumerated by the unit tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from support.dmp_door import Dmp
from support.dmp_lots import Document
from support.dmp_messages import Reply, status_of, unique_ids_of
from support.dmp_told import is_told

SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
DENIED = "soap:DMPAccessDeniedByRightsService"
HIDDEN = {"confidentiality": [("N", "2.16.840.1.113883.5.25"), ("MASQUE_PS", "1.2.250.1.213.1.1.4.13")]}
GET_DOCUMENTS = "5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"
Send = Callable[[Dmp, Document, str], Reply]


def _fed(dmp: Dmp) -> tuple[Document, str]:
    document = dmp.document()
    assert status_of(dmp.feed(document)) == SUCCESS
    found = dmp.query(GET_DOCUMENTS, ("$XDSDocumentEntryUniqueId", f"('{document.unique_id}')"))
    lid = found.text("//rim:ExtrinsicObject/@lid")
    return replace(document, lid=lid), found.text("//rim:ExtrinsicObject/@id")


REFUSED: dict[str, Send] = {
    "TD2.1 en AIR": lambda dmp, _d, _t: dmp.feed(dmp.document(), vihf=dmp.indirect(mode="INDIRECTE_RENFORCEE")),
    "TD3.1 en indirect": lambda dmp, _d, _t: dmp.find(vihf=dmp.indirect()),
    "TD3.2 en indirect": lambda dmp, d, _t: dmp.read(d.unique_id, vihf=dmp.indirect()),
    "TD3.3a en bris de glace": lambda dmp, d, _t: dmp.update(
        replace(d, codes=HIDDEN), vihf=dmp.direct(purpose="bris_de_glace")
    ),
    "TD3.3a en indirect": lambda dmp, d, _t: dmp.update(replace(d, codes=HIDDEN), vihf=dmp.indirect()),
    "TD3.3c d'un autre": lambda dmp, _d, t: dmp.change(t, "Deleted", vihf=dmp.direct("adjoint")),
    "TD3.3d d'un autre": lambda dmp, _d, t: dmp.change(t, "Archived", vihf=dmp.direct("adjoint")),
    "TD3.3d en centre 15": lambda dmp, _d, t: dmp.change(t, "Archived", vihf=dmp.direct(purpose="centre_15")),
    "TD3.3d en indirect": lambda dmp, _d, t: dmp.change(t, "Archived", vihf=dmp.indirect()),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_who_has_not_the_right_is_refused_and_nothing_changes(dmp: Dmp, name: str) -> None:
    document, technical = _fed(dmp)
    reply = REFUSED[name](dmp, document, technical)
    assert reply.fault[0] == DENIED
    assert "DMP-RIGHTS" in dmp.findings()
    is_told(dmp.exchanges()[0])
    dmp.test_existence(dmp.direct())
    found = dmp.find()
    assert unique_ids_of(found) == [document.unique_id]
    assert found.text("//rim:ExtrinsicObject/@id") == technical


READING: dict[str, Callable[[Dmp, Document], Reply]] = {
    "TD3.1": lambda dmp, _d: dmp.find(),
    "TD3.2": lambda dmp, d: dmp.read(d.unique_id),
    "TD3.3a": lambda dmp, d: dmp.update(replace(d, codes=HIDDEN)),
}


@pytest.mark.parametrize("value", ["INTERDITE", "EXPIREE", "INEXISTANTE"])
@pytest.mark.parametrize("name", sorted(READING))
def test_without_an_authorisation_a_dmp_is_neither_read_nor_changed(dmp: Dmp, name: str, value: str) -> None:
    document, _ = _fed(dmp)
    holder = dmp.persona("titulaire").national_id
    dmp.control("patients", "PUT", dmp.patient, {"authorisations": {holder: value}})
    assert READING[name](dmp, document).fault[0] == DENIED


@pytest.mark.parametrize(
    ("purpose", "state", "let_in"),
    [
        ("bris_de_glace", {}, True),
        ("bris_de_glace", {"breaking_opposed": True}, False),
        ("centre_15", {}, True),
        ("centre_15", {"emergency_opposed": True}, False),
    ],
)
def test_an_emergency_opens_a_dmp_unless_the_patient_is_opposed(
    dmp: Dmp, purpose: str, state: dict[str, bool], let_in: bool
) -> None:
    document, _ = _fed(dmp)
    holder = dmp.persona("titulaire").national_id
    dmp.control("patients", "PUT", dmp.patient, {"authorisations": {holder: "INEXISTANTE"}, **state})
    reply = dmp.find(vihf=dmp.direct(purpose=purpose))
    assert (unique_ids_of(reply) == [document.unique_id]) is let_in
    assert (reply.fault[0] == DENIED) is not let_in


@pytest.mark.parametrize("status", ["ferme", "absent"])
@pytest.mark.parametrize("name", [*sorted(READING), "TD2.1", "TD3.3c"])
def test_a_closed_or_absent_dmp_takes_nothing_and_gives_nothing(dmp: Dmp, name: str, status: str) -> None:
    document, technical = _fed(dmp)
    dmp.control("patients", "PUT", dmp.patient, {"status": status})
    sends: dict[str, Callable[[], Reply]] = {
        "TD2.1": lambda: dmp.feed(dmp.document()),
        "TD3.3c": lambda: dmp.change(technical, "Deleted"),
    }
    reply = sends[name]() if name in sends else READING[name](dmp, document)
    refused = [reply.fault[0]] if reply.fault[0] else reply.errors
    assert refused == (["soap:DMPClosed"] if status == "ferme" else ["XDSUnknownPatientId"])
