"""The directory without HTTP: what parameters find is what a look at every entry finds, and numbers lead both ways."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from health_documents.identifiers import luhn_is_valid, rpps_is_valid
from lgo_sandbox.population.people import population
from mss_mock.directory import bits
from mss_mock.directory.addresses import generated_domains
from mss_mock.directory.crowd import crowd_of
from mss_mock.directory.matching import NoDate, dated, folded, string, tokens, unescaped, values_of
from mss_mock.directory.parameters import KIND_OF_BOX, PARAMETERS, Parameter
from mss_mock.directory.records import KINDS, Entry, Person, Situation, touched
from mss_mock.directory.register import Gaps, Register, register_of
from mss_mock.directory.resources import form_of
from mss_mock.domain import Policy, mailbox_of, may_open, resolve

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SAMPLED = (0, 1, 96, 97, 500, 898, 899, 900, 1010, 4_999, 12_345, 29_999, 54_321, 77_777, 99_999)
"""Places in the crowd where a wrong period would show."""


@pytest.fixture(scope="module")
def small() -> Register:
    return register_of(population(), 1_000, Gaps())


@pytest.fixture(scope="module")
def large() -> Register:
    return register_of(population(), 100_000, Gaps())


def _has(entry: Entry, kind: str, parameter: Parameter, test: Callable[[Any], bool]) -> bool:
    """Tell by looking whether an entry matches."""
    if parameter.parts:
        return any(_has(entry, kind, PARAMETERS[kind][part], test) for part in parameter.parts)
    return (entry.active or not parameter.while_active) and any(map(test, parameter.values(entry)))


def _looked_for(entry: Entry, kind: str, parameter: Parameter) -> list[Any]:
    if parameter.parts:
        return [value for part in parameter.parts for value in PARAMETERS[kind][part].values(entry)]
    return list(parameter.values(entry))


def _cases() -> list[tuple[str, str]]:
    return [(kind, name) for kind in KINDS for name, one in PARAMETERS[kind].items() if one.type != "date"]


def _test(parameter: Parameter, value: Any) -> tuple[str, Callable[[Any], bool]]:
    if parameter.type == "token":
        wanted = f"{value[0]}|{value[1]}" if value[0] else value[1]
        return wanted, tokens([wanted])
    if parameter.type == "string":
        return value, string(value, "exact")
    return value, value.__eq__


@pytest.mark.parametrize(("kind", "name"), _cases())
def test_what_a_parameter_finds_is_what_looking_at_everybody_finds(small: Register, kind: str, name: str) -> None:
    parameter = PARAMETERS[kind][name]
    entries = [small.entry(kind, number) for number in range(small.everything(kind).bit_length())]
    for place in (0, 3, 20, 21, 22, 60):
        for value in _looked_for(entries[place % len(entries)], kind, parameter):
            wanted, test = _test(parameter, value)
            modifier = "exact" if parameter.type == "string" else ""
            found = set(bits.positions(small.having(kind, name, parameter, [wanted], modifier, NOW)))
            assert found == {number for number, one in enumerate(entries) if _has(one, kind, parameter, test)}


@pytest.mark.parametrize(("kind", "name"), _cases())
def test_who_lacks_a_value_is_who_has_none(small: Register, kind: str, name: str) -> None:
    parameter = PARAMETERS[kind][name]
    entries = [small.entry(kind, number) for number in range(small.everything(kind).bit_length())]
    found = set(bits.positions(small.having(kind, name, parameter, ["true"], "missing", NOW)))
    there = set(bits.positions(small.having(kind, name, parameter, ["false"], "missing", NOW)))
    assert there == {number for number, one in enumerate(entries) if _has(one, kind, parameter, lambda _value: True)}
    assert (found | there, found & there) == (set(range(len(entries))), set())


@pytest.mark.parametrize(("kind", "name"), _cases())
def test_far_in_the_crowd_cycles_are_still_in_step(large: Register, kind: str, name: str) -> None:
    parameter = PARAMETERS[kind][name]
    size = large.everything(kind).bit_length()
    sample = {number: large.entry(kind, number) for number in (large.own(kind) + at for at in SAMPLED) if number < size}
    for entry in list(sample.values())[::4]:
        for value in _looked_for(entry, kind, parameter)[:3]:
            wanted, test = _test(parameter, value)
            modifier = "exact" if parameter.type == "string" else ""
            found = large.having(kind, name, parameter, [wanted], modifier, NOW)
            for number, one in sample.items():
                assert bool(found >> number & 1) == _has(one, kind, parameter, test), (wanted, one.id)


@pytest.mark.parametrize("kind", ["Practitioner", "PractitionerRole", "Organization"])
@pytest.mark.parametrize("modifier", ["", "contains", "exact"])
def test_a_piece_of_an_address_finds_who_has_it(small: Register, kind: str, modifier: str) -> None:
    parameter = PARAMETERS[kind]["mailbox-mss"]
    entries = [small.entry(kind, number) for number in range(small.everything(kind).bit_length())]
    address = next(box for one in entries[40:] if one.active for box in map(str, parameter.values(one)))
    local, _, domain = address.partition("@")
    first, _, last = local.partition(".")
    pieces = [address, local, domain, first, last, local[:4], local[-5:], local[2:-2], f"{local[-3:]}@{domain[:2]}"]
    pieces += [f"@{domain}", f"@{domain[:3]}", ".", "@", "MARIE", ".mssante", "zzz", "a@b@c"]
    for piece in pieces:
        test = string(piece, modifier)
        found = set(bits.positions(small.having(kind, "mailbox-mss", parameter, [piece], modifier, NOW)))
        assert found == {n for n, one in enumerate(entries) if _has(one, kind, parameter, test)}, piece


def test_a_generated_mailbox_takes_mail_and_nobody_opens_it(large: Register) -> None:
    people = population()
    for kind in ("Practitioner", "PractitionerRole", "Organization"):
        found = large.having(kind, "mailbox-mss", PARAMETERS[kind]["mailbox-mss"], ["@"], "contains", NOW)
        for number in bits.positions(found >> large.own(kind), 1_000, 3):
            for address in PARAMETERS[kind]["mailbox-mss"].values(large.crowd.entry(kind, number)):
                box = mailbox_of(people, str(address).upper())
                assert box is not None
                assert box.domain in generated_domains()
                assert not any(may_open(people, p.national_id, box, structure_boxes=True) for p in people.professionals)
                assert resolve(people, box.address, Policy()) == box.address
    for nobody in (
        "a.b@medecin.mssante.fr",
        "officine.99999@officine.mssante.fr",
        "officine.00009@officine.mssante.fr",
    ):
        assert mailbox_of(people, nobody) is None


@pytest.mark.parametrize(
    ("wanted", "modifier"), [("29", ""), ("2900", ""), ("00012", "contains"), ("2900000012", "exact")]
)
def test_cards_are_found_by_a_piece_of_their_number(small: Register, wanted: str, modifier: str) -> None:
    parameter = PARAMETERS["Practitioner"]["number-smartcard"]
    entries = [small.entry("Practitioner", number) for number in range(small.everything("Practitioner").bit_length())]
    found = set(bits.positions(small.having("Practitioner", "number-smartcard", parameter, [wanted], modifier, NOW)))
    test = string(wanted, modifier)
    assert found == {n for n, one in enumerate(entries) if _has(one, "Practitioner", parameter, test)} != set()


def test_kinds_of_mailboxes_are_found_in_both_systems(small: Register) -> None:
    for kind, wanted in (("Practitioner", "PER"), ("PractitionerRole", "PER"), ("Organization", "APP")):
        entries = [small.entry(kind, number) for number in range(small.everything(kind).bit_length())]
        found = set(bits.positions(small.having(kind, "mailbox-mss-type", KIND_OF_BOX, [wanted], "", NOW)))
        assert found == {n for n, one in enumerate(entries) if _has(one, kind, KIND_OF_BOX, tokens([wanted]))} != set()


def test_references_lead_both_ways(small: Register) -> None:
    crowd = small.crowd
    for role in range(crowd.count("PractitionerRole")):
        situation = crowd.situation(role)
        assert role in list(crowd.situations_of(crowd.holder(role)))
        assert (role in list(crowd.situations_at(crowd.site_of(role)))) == situation.active
    for site in range(crowd.count("Organization")):
        parent = crowd.site(site).parent
        if parent:
            index = crowd.index_of_id("Organization", parent)
            assert index is not None
            assert site in list(crowd.children(index))


def test_chains_find_what_two_searches_find(small: Register) -> None:
    paris = small.having("Organization", "address-city", PARAMETERS["Organization"]["address-city"], ["paris"], "", NOW)
    ids = {small.entry("Organization", number).id for number in bits.positions(paris)}
    found = set(bits.positions(small.chained("PractitionerRole", "organization", paris)))
    roles = range(small.everything("PractitionerRole").bit_length())
    wanted = {n for n in roles if _works_in(small.entry("PractitionerRole", n), ids)}
    assert found == wanted != set()


def _works_in(entry: Entry, sites: set[str]) -> bool:
    return isinstance(entry, Situation) and entry.active and entry.site in sites


def test_numbers_are_right_and_nobody_shares_one(large: Register) -> None:
    crowd = large.crowd
    some = [crowd.person(index) for index in range(0, 100_000, 997)]
    assert all(rpps_is_valid(one.national_id) for one in some)
    sirets = [crowd.siret(index) for index in range(0, 30_000, 997)]
    assert all(luhn_is_valid(one) and luhn_is_valid(one[:9]) for one in sirets)
    addresses = {".".join(crowd.local_part(index)) for index in range(100_000)}
    assert len(addresses) == 100_000
    assert crowd.index_of_rpps("99710000038") is None


def test_ids_and_numbers_of_nobody_are_nobody_s(large: Register) -> None:
    strange = ("", "003", "003-", "003-x-1", "003-" + "9" * 40)
    for identity in (*strange, "003-5000001-1", "003-5200000-7200000", "001-2000000"):
        assert large.get("Practitioner", identity) is None
    for number in ("", "0B", "10B", "99", "3" + "9" * 14, "R10100x", "R10100" + "9" * 9, "1100000000000", "é" * 9):
        for kind in KINDS:
            parameter = PARAMETERS[kind]["identifier"]
            assert large.having(kind, "identifier", parameter, [number or "x"], "", NOW) == 0


def test_each_night_some_are_updated_and_each_in_its_turn() -> None:
    crowd = crowd_of(1_000)
    before = [crowd.person(index).touched(NOW) for index in range(1_000)]
    after = [crowd.person(index).touched(NOW + timedelta(days=1)) for index in range(1_000)]
    changed = [index for index in range(1_000) if before[index] != after[index]]
    assert 0 < len(changed) <= 5
    assert all(after[index].at == datetime(2026, 11, 29, 3, tzinfo=UTC) for index in changed)
    assert all(after[index].version == before[index].version + 1 for index in changed)
    assert all(NOW - timedelta(days=212) < one.at <= NOW for one in before)
    assert touched(0, NOW.replace(hour=2)).at != touched(0, NOW) or touched(0, NOW).at.date() != NOW.date()


def test_who_is_not_active_keeps_nothing_but_numbers(small: Register) -> None:
    gone = next(one for n in range(200) if not (one := small.entry("Practitioner", n)).active)
    assert set(form_of(gone, NOW)) == {"resourceType", "id", "meta", "language", "identifier", "active"}
    parameter = PARAMETERS["Practitioner"]["family"]
    assert isinstance(gone, Person)
    found = small.having("Practitioner", "family", parameter, [gone.family], "exact", NOW)
    assert gone.id not in {small.entry("Practitioner", number).id for number in bits.positions(found)}


# Means


def test_bits_are_sets_of_positions() -> None:
    assert list(bits.positions(bits.of_flags([True, False, True]))) == [0, 2]
    assert bits.of_flags([]) == 0
    assert bits.tiled(0b101, 3, 8) == 0b01101101
    assert bits.tiled(0b101, 3, 2) == 0b01
    assert bits.tiled(0, 3, 100) == 0
    many = bits.of_positions(range(0, 30_000, 7))
    assert list(bits.positions(many, 3_000, 3)) == [21_000, 21_007, 21_014]
    assert list(bits.positions(many, 4_285)) == [29_995]
    assert list(bits.positions(many, 10_000)) == []
    assert list(bits.positions(many, 0, 0)) == []


@pytest.mark.parametrize(
    ("wanted", "pair", "found"),
    [
        ("a|b", ("a", "b"), True),
        ("a|b", ("c", "b"), False),
        ("b", ("c", "b"), True),
        ("a|", ("a", "b"), True),
        ("|b", ("", "b"), True),
        ("|b", ("a", "b"), False),
        (r"a\|b", ("", "a|b"), False),
    ],
)
def test_tokens(wanted: str, pair: tuple[str, str], found: bool) -> None:
    assert tokens([wanted])(pair) == found


def test_strings_and_their_escapes() -> None:
    assert values_of(r"a\,b,c,,") == [r"a\,b", "c"]
    assert unescaped(r"a\,b\\") == "a,b\\"
    assert folded("Éléonore ÇA") == "eleonore ca"
    assert string("éLÉ", "")("ELEONORE")
    assert not string("LEO", "")("ELEONORE")
    assert string("leo", "contains")("ELEONORE")
    assert not string("Eleonore", "exact")("ELEONORE")


@pytest.mark.parametrize(
    ("wanted", "at", "found"),
    [
        ("2026", "2026-12-31T23:59:59+00:00", True),
        ("gt2026", "2026-12-31T23:59:59+00:00", False),
        ("gt2026", "2027-01-01T00:00:00+00:00", True),
        ("ge2026-02", "2026-02-01T00:00:00+00:00", True),
        ("lt2026-02", "2026-01-31T23:59:59+00:00", True),
        ("le2026-02", "2026-02-28T12:00:00+00:00", True),
        ("ne2026-12", "2026-12-05T12:00:00+00:00", False),
        ("eq2026-12", "2026-12-31T12:00:00+00:00", True),
        ("sa2026-02-03", "2026-02-03T12:00:00+00:00", False),
        ("eb2026-02-03", "2026-02-02T12:00:00+00:00", True),
        ("ge2026-02-03T04:05:06", "2026-02-03T04:05:06+00:00", True),
        ("ge2026-02-03T04:05", "2026-02-03T04:04:59+00:00", False),
        ("ge2026-02-03T04:05:06.5+01:00", "2026-02-03T03:05:06+00:00", False),
        ("ge2026-02-03T04:05:06Z", "2026-02-03T04:05:07+00:00", True),
        ("ap2026-11-18", "2026-11-17T12:00:00+00:00", True),
        ("ap2026-11-18", "2026-11-10T12:00:00+00:00", False),
    ],
)
def test_dates_are_spans_of_their_precision(wanted: str, at: str, found: bool) -> None:
    assert dated(wanted, NOW)(datetime.fromisoformat(at)) == found


@pytest.mark.parametrize(
    "wanted", ["", "hier", "xx2026", "ge", "2026-13", "2026-02-30", "26", "ge9999-12", "2026-01-01T25:00"]
)
def test_what_is_no_date_is_told(wanted: str) -> None:
    with pytest.raises(NoDate):
        dated(wanted, NOW)
