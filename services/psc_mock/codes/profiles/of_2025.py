"""Pro Santé Connect from November 2023 (user information) and January 2025 (discovery) until early 2026.

Source: docs/sources/psc.md#profils. Data only.
"""

from __future__ import annotations

from psc_mock.codes import EIDAS
from psc_mock.codes.profiles import shared
from psc_mock.codes.profiles.model import HIGH, MEDIUM, Absence, Profile, members

__all__ = ["ACCESS", "ID", "PROFILE_2025"]

ACCESS = members(
    shared.TOKENS,
    HIGH,
    "exp iat auth_time jti iss sub typ azp nonce session_state acr scope sid authMode otherIds SubjectNameID "
    "preferred_username",
)
ID = members(
    shared.TOKENS,
    MEDIUM,
    "exp iat auth_time jti iss aud sub typ azp nonce session_state at_hash acr sid authMode otherIds SubjectNameID "
    "preferred_username given_name family_name",
)

PROFILE_2025 = Profile(
    name="2025",
    title="userinfo de novembre 2023, découverte de janvier 2025",
    access_token=ACCESS,
    id_token=ID,
    userinfo=(
        *shared.IDENTITY,
        *shared.PROFESSION,
        *members(shared.USERINFO, HIGH, "codeCivilite codeGenreActivite"),
        *shared.EXERCISE,
        *shared.ACTIVITY,
    ),
    lay_userinfo=shared.LAY,
    discovery=(*shared.DISCOVERY, *shared.ISS_ANNOUNCED),
    scopes=(
        *("openid", "microprofile-jwt", "rpps", "referentiel", "web-origins", "basic", "identity", "acr"),
        *("offline_access", "eidas1", "profile", "roles", "email", "scope_all", "phone", "interop", "scope_1"),
        *("address", "scope_2", "eidas2"),
    ),
    signing=shared.SIGNING,
    forms={"sub": shared.SUB_FEDERATED, "jti": shared.JTI_UUID},
    absence=Absence(shared.USERINFO, HIGH),
    acr=dict.fromkeys(shared.CIRCUMSTANCES, EIDAS),
)
