"""The state of a patient's DMP for one caller, and what it lets him do.

Source: docs/sources/dmp.md#test-existence, #etat-pour-alimenter: feeding needs an active DMP and no opposition; reading
needs an authorisation in normal mode; whoever the patient has blocked has no access at all (high). Refusal codes other
than DMPClosed and the rights service's are not public.
"""

from __future__ import annotations

from dataclasses import dataclass

from dmp_mock.codes.patients import Authorisation, DmpStatus
from dmp_mock.codes.rights import BREAKING, NORMAL, REGULATION
from dmp_mock.codes.xds_errors import XdsCode
from dmp_mock.domain.errors import Refused, XdsError, XdsFailure

__all__ = ["DmpState", "check_feed", "check_not_blocked", "check_open", "check_reading"]

_PATIENT = "VIHF, attribut resource-id"


@dataclass(frozen=True, slots=True)
class DmpState:
    """What the DMP knows of a patient, as one caller sees it."""

    status: DmpStatus
    authorisation: Authorisation = Authorisation.NONE
    caller_is_mt: bool = False
    feed_opposed: bool = False
    breaking_opposed: bool = False
    emergency_opposed: bool = False
    internet_account: bool = True

    @property
    def is_public(self) -> bool:
        """Tell whether the value of AUTORISATION is a public one (docs/sources/dmp.md#test-existence)."""
        return self.authorisation is Authorisation.VALID


def check_open(state: DmpState) -> None:
    """Raise XdsFailure unless the patient has a DMP, Refused unless it is open."""
    if state.status is DmpStatus.ABSENT:
        context = "le patient n'a pas de DMP"
        absent = XdsError(XdsCode.UNKNOWN_PATIENT, context, "patientId", received="pas de DMP", expected="un DMP actif")
        raise XdsFailure([absent])
    if state.status is DmpStatus.CLOSED:
        raise Refused("closed", received="DMP fermé", expected="un DMP actif", where=_PATIENT)


def check_feed(state: DmpState) -> None:
    """Raise XdsFailure or Refused unless a document may be added."""
    check_open(state)
    if state.feed_opposed:
        raise Refused(
            "feed-opposed",
            received="un document pour un patient opposé à l'alimentation",
            expected="aucun envoi",
            where=_PATIENT,
        )


def check_reading(state: DmpState, access: str) -> None:
    """Raise XdsFailure or Refused unless the caller may read this DMP in this access mode."""
    check_open(state)
    check_not_blocked(state)
    if access == NORMAL and state.authorisation is not Authorisation.VALID:
        raise _denied("aucune autorisation d'accès en cours")
    if access == BREAKING and state.breaking_opposed:
        raise _denied("patient opposé au bris de glace")
    if access == REGULATION and state.emergency_opposed:
        raise _denied("patient opposé à l'accès en urgence")


def check_not_blocked(state: DmpState) -> None:
    """Raise Refused for whoever the patient has blocked."""
    if state.authorisation is Authorisation.BLOCKED:
        raise _denied("professionnel bloqué par le patient")


def _denied(reason: str) -> Refused:
    expected = f"AUTORISATION {Authorisation.VALID} dans la réponse de TD0.2"
    return Refused("rights", reason, received=reason, expected=expected, where=_PATIENT)
