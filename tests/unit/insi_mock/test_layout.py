"""What is said of a request's layout is what the published schema says: each mutation is tried on both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lxml import etree
from support.insi_requests import REQUEST, asking, changed, depositing

from health_documents.identifiers import OID_INS_NIR
from insi_mock.domain import CardRequest, Claim, Traits, Why
from insi_mock.wire import strays_of
from insi_mock.wire.layout import MAX_STRAYS
from insi_mock.wire.schema import conforms
from lgo_sandbox.wire.soap import read_envelope

CARD = asking(CardRequest(individual="160012B02077713", holder="160012B02077713", birth_date="1960-01-01", rank="1"))
CLAIM = Claim("160012B02077713", OID_INS_NIR, Traits("ADRTROIS", "TOUSSAINT", "M", "1960-01-01"), ref="1")
REQUESTS = {
    "traits": REQUEST,
    "card": CARD,
    "verification": asking(CLAIM),
    "deposit": depositing(CLAIM, CLAIM),
    "full card": changed(
        CARD,
        ("<b:BENEFICIAIRE>", "<b:BENEFICIAIRE><b:Nir><b:Num>160012B020777</b:Num></b:Nir>"),
        ("<b:COUVERTURE", '<b:DateRef xmlns:b="urn:siram:bam:ctxbam">2026-11-02T08:30:00</b:DateRef><b:COUVERTURE'),
        ("</b:DateNai>", "</b:DateNai><b:Rang>1</b:Rang><b:Porteur>0</b:Porteur>"),
    ),
}


def is_valid(request: bytes) -> bool:
    envelope = read_envelope(request)
    parts = [block for block in envelope.headers if "siram" in str(block.tag)]
    return all(conforms(part) for part in (*parts, envelope.body) if part is not None)


def mutations(request: str) -> Iterator[tuple[str, bytes]]:
    """Yield a request with each element in turn doubled, moved last, renamed, without namespace, marked, or odd."""
    count = sum(1 for _ in _elements(etree.fromstring(request)))
    for index in range(count):
        for name in ("doubled", "moved", "renamed", "bare", "marked", "odd"):
            root = etree.fromstring(request)
            element = list(_elements(root))[index]
            if _mutate(name, element):
                yield f"{name} {etree.QName(element).localname}", etree.tostring(root)


def _elements(root: etree._Element) -> Iterator[etree._Element]:
    """Yield what is inside the two contexts and the body element, but the Temps, which another check judges."""
    for part in (*root[0], root[1][0]):
        if "addressing" not in str(part.tag):
            yield from (one for one in part.iterdescendants() if etree.QName(one).localname != "Temps")


def _mutate(name: str, element: etree._Element) -> bool:
    parent = element.getparent()
    assert parent is not None
    local = etree.QName(element).localname
    if name == "doubled":
        element.addnext(etree.fromstring(etree.tostring(element)))
    elif name == "moved":
        parent.append(element)
    elif name == "renamed":
        element.tag = str(element.tag).replace(local, "Autre")
    elif name == "bare":
        element.tag = local
    elif name == "marked":
        element.set("autre", "x")
    else:
        element.text = "autre"
        return not len(element)
    return True


@pytest.mark.parametrize("name", REQUESTS)
def test_a_right_request_is_valid_and_nothing_is_out_of_place(name: str) -> None:
    assert is_valid(REQUESTS[name].encode())
    assert strays_of(read_envelope(REQUESTS[name].encode())) == ()


@pytest.mark.parametrize("name", REQUESTS)
def test_something_is_out_of_place_when_the_schema_says_so_and_only_then(name: str) -> None:
    tried = list(mutations(REQUESTS[name]))
    assert len(tried) > 80
    disagreed = [what for what, body in tried if is_valid(body) is bool(strays_of(read_envelope(body)))]
    assert disagreed == []


def test_the_element_that_was_moved_is_told_not_those_it_jumped_over() -> None:
    moved = changed(REQUEST, ("<DateNaissance>1960-01-01</DateNaissance>", ""), ("<Nom", "<DateNaissance/><Nom"))
    (stray,) = strays_of(read_envelope(moved.encode()))
    assert (stray.name, stray.why) == ("DateNaissance", Why.MISPLACED)
    assert stray.expected == "NomNaissance, Prenom, Sexe, DateNaissance"


def test_no_more_is_told_than_a_reader_takes_in() -> None:
    many = changed(REQUEST, ("<Sexe>", "<Autre/>" * 500 + "<Sexe>"))
    assert len(strays_of(read_envelope(many.encode()))) == MAX_STRAYS
