"""The certificates that the ready-file lists: the pharmacy's, the cards, and the bad ones of each.

Source: design « Ready-file ». Knows holders as the caller gives them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lgo_sandbox.pki.authority import Pki
from lgo_sandbox.pki.holders import OrganisationHolder, PersonHolder
from lgo_sandbox.pki.issuing import DEFAULT_SESSION, Issued
from lgo_sandbox.pki.profiles import Kind, Variant
from lgo_sandbox.pki.requests import Request

__all__ = ["READY_VARIANTS", "ready_certificates", "ready_requests"]

READY_VARIANTS = (Variant.GOOD, Variant.EXPIRED, Variant.REVOKED, Variant.WRONG_CA)

_ORGANISATION_KINDS = (Kind.ORG_AUTH, Kind.ORG_SIGN, Kind.PSC_CLIENT, Kind.MSS_APP)
_CARD_KINDS = (Kind.CPS_AUTH, Kind.CPS_SIGN)


def ready_requests(structure: OrganisationHolder, persons: Iterable[PersonHolder]) -> Iterator[Request]:
    """Yield what to issue for a pharmacy and for professionals with a card: each kind, good and bad."""
    for variant in READY_VARIANTS:
        yield from (Request(kind, structure, variant) for kind in _ORGANISATION_KINDS)
    for person in persons:
        yield from (Request(kind, person, variant) for kind in _CARD_KINDS for variant in READY_VARIANTS)


def ready_certificates(
    pki: Pki, structure: OrganisationHolder, persons: Iterable[PersonHolder], *, session: str = DEFAULT_SESSION
) -> dict[str, Issued]:
    """Return the certificates of the ready-file by name (``org-auth``, ``cps-titulaire-sign-revoked``…)."""
    return pki.issue_all(ready_requests(structure, persons), session=session)
