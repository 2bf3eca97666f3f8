"""The kinds of certificate and their bad variants, as data.

Source: specs/psc.md §5 (offers, keyUsage, EKU: high; ORG AUTH_CLI: medium), specs/insi.md §3 (CN, card signature).
Knows no key, no file, no date.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from lgo_sandbox.pki.holders import MAIN_STRUCTURE, Holder, OrganisationHolder, PersonHolder
from lgo_sandbox.pki.names import (
    OID_POLICY_ORGANISATION,
    OID_POLICY_PERSON,
    OID_POLICY_SERVER,
    OID_SMARTCARD_LOGON,
    Ca,
    organisation_name,
    person_name,
)

__all__ = ["PROFILES", "Kind", "Profile", "Variant", "base_name", "subject_of"]


class Kind(StrEnum):
    """What a certificate is for."""

    ORG_AUTH = "org-auth"
    ORG_SIGN = "org-sign"
    PSC_CLIENT = "psc-client"
    MSS_APP = "mss-app"
    CPS_AUTH = "cps-auth"
    CPS_SIGN = "cps-sign"
    SERVER = "server"


class Variant(StrEnum):
    """What is wrong with a certificate; the value ends its name, except for a good one.

    ``wronghost`` is for servers: it names a host that is not the one the client asked for. ``unreachable`` is good,
    but says that its revocation is published where nobody answers.
    """

    GOOD = "good"
    EXPIRED = "expired"
    REVOKED = "revoked"
    WRONG_CA = "wrongca"
    NOT_YET_VALID = "not-yet-valid"
    WRONG_HOST = "wronghost"
    SELF_SIGNED = "selfsigned"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Profile:
    """One row of the offer: who signs, what it may do, which CN it has unless one is given."""

    ca: Ca
    policy: x509.ObjectIdentifier
    key_usages: frozenset[str]
    extended_key_usages: tuple[x509.ObjectIdentifier, ...]
    common_name: str = ""


_SIGNATURE = frozenset({"digital_signature"})
_COMMITMENT = frozenset({"content_commitment"})
_TRANSPORT = frozenset({"key_encipherment"})
_SERVER, _CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
_MAIL = ExtendedKeyUsageOID.EMAIL_PROTECTION

PROFILES = {
    Kind.ORG_AUTH: Profile(Ca.ORGANISATIONS, OID_POLICY_ORGANISATION, _SIGNATURE, (_CLIENT,), "INSI-AUTO"),
    Kind.ORG_SIGN: Profile(
        Ca.ORGANISATIONS, OID_POLICY_ORGANISATION, _SIGNATURE | _COMMITMENT, (_MAIL,), "CACHET-SANDBOX"
    ),
    Kind.PSC_CLIENT: Profile(
        Ca.ORGANISATIONS, OID_POLICY_SERVER, _SIGNATURE | _TRANSPORT, (_SERVER, _CLIENT), "lgo.sandbox.test"
    ),
    Kind.MSS_APP: Profile(Ca.ORGANISATIONS, OID_POLICY_ORGANISATION, _SIGNATURE, (_CLIENT,), "MSSANTE-APP"),
    Kind.CPS_AUTH: Profile(Ca.PERSONS, OID_POLICY_PERSON, _SIGNATURE, (_CLIENT, OID_SMARTCARD_LOGON)),
    Kind.CPS_SIGN: Profile(Ca.PERSONS, OID_POLICY_PERSON, _COMMITMENT, (_MAIL,)),
    Kind.SERVER: Profile(Ca.ORGANISATIONS, OID_POLICY_SERVER, _SIGNATURE | _TRANSPORT, (_SERVER,), "localhost"),
}

_CARD_KINDS = {Kind.CPS_AUTH: "auth", Kind.CPS_SIGN: "sign"}


def base_name(kind: Kind, holder: Holder) -> str:
    """Return the name of a certificate in the ready-file, without its variant.

    ``org-auth`` for the main structure, ``org-auth-hopital`` for another, ``cps-{persona}-sign`` for a card.
    Raises ValueError when this kind is not for such a holder.
    """
    if isinstance(holder, PersonHolder) != (kind in _CARD_KINDS):
        raise ValueError(f"{kind} is not a certificate for {holder.id}")
    if kind in _CARD_KINDS:
        return f"cps-{holder.id}-{_CARD_KINDS[kind]}"
    return kind.value if kind is Kind.SERVER or holder.id == MAIN_STRUCTURE else f"{kind}-{holder.id}"


def subject_of(kind: Kind, holder: Holder, common_name: str = "") -> x509.Name:
    """Return the subject; ``common_name`` replaces the usual CN of a legal person (``INSI-MANU``…)."""
    if isinstance(holder, OrganisationHolder):
        return organisation_name(
            department=holder.department,
            name=holder.name,
            id_nat=holder.id_nat,
            common_name=common_name or PROFILES[kind].common_name,
        )
    return person_name(
        title=holder.title,
        family_name=holder.family_name,
        given_name=holder.given_name,
        national_id=holder.national_id,
    )
