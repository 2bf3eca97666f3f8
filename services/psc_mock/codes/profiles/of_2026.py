"""Pro Santé Connect as third parties report it in 2026: a bare ``sub``, two new claims, eidas2 by card in production.

Source: docs/sources/psc.md#profil-2026. No page of the agency tells it, hence the confidence of what is new; what is
not told to have changed is that of 2025 (``authMode`` and its neighbours: medium now). Data only.
"""

from __future__ import annotations

from psc_mock.codes import MODE_CARD
from psc_mock.codes.profiles import shared
from psc_mock.codes.profiles.model import HIGH, LOW, MEDIUM, Absence, Form, Member, Profile, members
from psc_mock.codes.profiles.of_2025 import ACCESS, ID, PROFILE_2025

__all__ = ["PROFILE_2026"]

CHANGED = {"sub": MEDIUM, "jti": MEDIUM, "acr": MEDIUM}


def _today(listed: tuple[Member, ...]) -> tuple[Member, ...]:
    """Return the members of 2025 without the one that is gone, those whose value changed under their new source."""
    return tuple(
        Member(one.path, shared.NEW, CHANGED[one.path]) if one.path in CHANGED else one
        for one in listed
        if one.path != "session_state"
    )


NEW_CLAIMS = (*members(shared.NEW, MEDIUM, "PSISubjectNameID"), *members(shared.NEW, HIGH, "auth_level"))
NEW_IN_ID_TOKEN = (*members(shared.NEW, LOW, "PSISubjectNameID"), *members(shared.NEW, MEDIUM, "auth_level"))

PROFILE_2026 = Profile(
    name="2026",
    title="ce que des tiers rapportent en 2026",
    access_token=(*_today(ACCESS), *NEW_CLAIMS),
    id_token=(*_today(ID), *NEW_IN_ID_TOKEN),
    userinfo=(*_today(shared.IDENTITY), *NEW_CLAIMS, *PROFILE_2025.userinfo[len(shared.IDENTITY) :]),
    lay_userinfo=(*_today(shared.LAY), *NEW_CLAIMS),
    discovery=PROFILE_2025.discovery,
    scopes=PROFILE_2025.scopes,
    signing=PROFILE_2025.signing,
    forms={
        "sub": shared.SUB_BARE,
        "access_token:jti": shared.JTI_PREFIXED,
        "id_token:jti": shared.JTI_UUID,
        "PSISubjectNameID": Form(f"({shared.UUID})?", "un UUID, ou une chaîne vide", shared.NEW, MEDIUM),
        "auth_level": Form("1", "« 1 », en texte", shared.NEW, HIGH),
    },
    absence=Absence(shared.NEW, LOW),
    acr={**PROFILE_2025.acr, (shared.PRODUCTION, MODE_CARD): "eidas2"},
    bare_sub=True,
    jti_prefix="onrtac:",
)
