"""Whose domain is whose. Pure: the people and the generated directory come as values.

Source: docs/sources/mssante.md#entre-operateurs. A new structure of the people finds its operator by its sector, so
that nothing is listed twice. Knows no store and no wire.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from lgo_sandbox.population.people import Population, Structure
from mss_mock.codes import OPERATOR_HOST, PATIENT_DOMAIN
from mss_mock.codes.operators import HOSPITALS, IMAGING_WORDS, LABORATORIES, MES, OPERATORS, OWN, Operator
from mss_mock.directory.addresses import generated_domains
from mss_mock.directory.vocabulary import KINDS

__all__ = ["domain_of", "operator_of", "operators_of"]


def domain_of(address: str) -> str:
    """Return the domain of an address, in lower case."""
    return address.rpartition("@")[2].lower()


def operator_of(people: Population, address: str) -> Operator | None:
    """Return the operator of an address; None when its domain is on no list. A bare postmaster is one's own."""
    return operators_of(people).get(domain_of(address)) if "@" in address else OWN


@cache
def operators_of(people: Population) -> Mapping[str, Operator]:
    """Return the operator of every domain of the trust space."""
    found = {domain_of(one.mailbox): OWN for one in people.professionals if one.mailbox}
    found |= dict.fromkeys(generated_domains(), OWN)
    found |= {domain: operator for domain, operator in _of_kinds() if not operator.own}
    found |= {domain_of(one.mailbox): _keeper(one) for one in people.structures if one.mailbox}
    return {**found, OPERATOR_HOST: OWN, PATIENT_DOMAIN: MES}


def _keeper(structure: Structure) -> Operator:
    return _operator(structure.sector, structure.name)


def _of_kinds() -> Iterator[tuple[str, Operator]]:
    for kind in KINDS:
        yield f"{kind.domain}.mssante.fr", _operator(kind.sector, kind.word)


def _operator(sector: str, name: str) -> Operator:
    if sector in HOSPITALS:
        return OPERATORS["hospitalier"]
    if sector in LABORATORIES or any(word in name.upper() for word in IMAGING_WORDS):
        return OPERATORS["plateaux"]
    return OWN
