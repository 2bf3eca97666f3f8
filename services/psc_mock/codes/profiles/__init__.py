"""The dated profiles of Pro Santé Connect: one module each, data with source and confidence for each member.

Source: docs/sources/psc.md#profils; which one is the default: docs/decisions/0012-psc-profiles.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from psc_mock.codes.profiles.model import Form, Member, Profile
from psc_mock.codes.profiles.of_2023 import PROFILE_2023
from psc_mock.codes.profiles.of_2025 import PROFILE_2025
from psc_mock.codes.profiles.of_2026 import PROFILE_2026
from psc_mock.codes.profiles.shared import BAS, PRODUCTION

__all__ = ["BAS", "DEFAULT", "ENVIRONMENTS", "FINER", "PRODUCTION", "PROFILES", "USERINFO_SHAPES", "Form", "Member"]
__all__ += ["Profile"]

DEFAULT = PROFILE_2025
PROFILES: Mapping[str, Profile] = {one.name: one for one in (PROFILE_2025, PROFILE_2023, PROFILE_2026)}
"""Name → profile, the default first."""
ENVIRONMENTS = (BAS, PRODUCTION)
FINER = "profil"
"""The value of a finer option that leaves the choice to the profile."""
USERINFO_SHAPES: Mapping[str, Profile] = {"2023": PROFILE_2023, "2023-11": PROFILE_2025, "2026": PROFILE_2026}
"""Value of ``psc.userinfo`` → the profile whose user information it names."""
