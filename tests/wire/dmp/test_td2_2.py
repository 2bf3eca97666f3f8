"""TD2.2 over real sockets: the card of a secretary feeds for her structure, and does nothing else with documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.dmp_door import Dmp
from support.dmp_messages import Reply, status_of
from support.dmp_vihf import Vihf, coded

SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
ROLE = "urn:oasis:names:tc:xacml:2.0:subject:role"


def secretary(dmp: Dmp) -> Vihf:
    extra = {
        "Secteur_Activite": "SA07^1.2.250.1.71.4.2.4",
        ROLE: coded("Role", "SECRETARIAT_MEDICAL", "1.2.250.1.213.1.1.4.6"),
    }
    return dmp.direct("secretaire", extra=extra)


def feed(dmp: Dmp, **changes: Any) -> Reply:
    vihf = secretary(dmp)
    usual = {"structure": vihf.structure, "author": dmp.persona("generaliste").national_id}
    return dmp.feed(dmp.document(**{**usual, **changes}), vihf=vihf)


BREAKS: dict[str, Callable[[Dmp], object]] = {
    "DMP-CPE-AUTHOR": lambda dmp: feed(dmp, author=dmp.persona("secretaire").national_id)
}


def test_a_secretary_feeds_for_her_structure(dmp: Dmp) -> None:
    assert status_of(feed(dmp)) == SUCCESS
    assert (dmp.exchanges()[0].operation, dmp.findings()) == ("td2.2", [])
    assert dmp.exchanges()[0].summary == "TD2.2 : 1 document versé"


def test_a_lot_of_another_structure_is_refused(dmp: Dmp) -> None:
    assert "AuthorInstitution" in feed(dmp, structure="10B0990017").fault[1]


def test_a_professional_feeds_by_td2_1_and_a_secretary_does_not(dmp: Dmp) -> None:
    dmp.feed(dmp.document(), vihf=dmp.direct())
    assert dmp.exchanges()[0].operation == "td2.1"
    assert dmp.find(vihf=secretary(dmp)).fault[0] == "soap:DMPAccessDeniedByRightsService"


def test_a_secretary_deletes_what_her_structure_fed(dmp: Dmp) -> None:
    document = dmp.document(structure=secretary(dmp).structure, author=dmp.persona("generaliste").national_id)
    dmp.feed(document, vihf=secretary(dmp))
    wanted = ("$XDSDocumentEntryUniqueId", f"('{document.unique_id}')")
    found = dmp.query("5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4", wanted, vihf=secretary(dmp), returned="ObjectRef").text(
        "//rim:ObjectRef/@id"
    )
    assert status_of(dmp.change(found, "Deleted", vihf=secretary(dmp))) == SUCCESS
