"""Pro Santé Connect as captured in 2023: no ``iss`` on the way back, the civility within ``SubjectRefPro``.

Source: docs/sources/psc.md#profils. Data only.
"""

from __future__ import annotations

from psc_mock.codes import EIDAS, MODE_CARD
from psc_mock.codes.profiles import shared
from psc_mock.codes.profiles.model import HIGH, Absence, Profile, members
from psc_mock.codes.profiles.of_2025 import ACCESS, ID, PROFILE_2025

__all__ = ["PROFILE_2023"]

PROFILE_2023 = Profile(
    name="2023",
    title="captures de 2023, découverte de 2023-2024",
    access_token=ACCESS,
    id_token=ID,
    userinfo=(
        *shared.IDENTITY,
        *shared.PROFESSION,
        *members(shared.USERINFO, HIGH, "codeCivilite", "SubjectRefPro."),
        *shared.EXERCISE,
        *shared.ACTIVITY,
    ),
    lay_userinfo=shared.LAY,
    discovery=shared.DISCOVERY,
    scopes=tuple(scope for scope in PROFILE_2025.scopes if scope != "basic"),
    signing=tuple(name for name in shared.SIGNING if name != "EdDSA"),
    forms=PROFILE_2025.forms,
    absence=Absence(shared.TOKENS, HIGH),
    acr={
        # A capture of February 2023 has eidas3 with a card, one of July eidas1 with an e-CPS, one of September none.
        (place, means): "eidas3" if means == MODE_CARD else EIDAS
        for place, means in shared.CIRCUMSTANCES
    },
)
