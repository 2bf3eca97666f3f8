"""The options of the ApCV service: what the real one does and nobody outside knows.

Source: docs/sources/apcv.md#code, #contexte, #cps. Reads a session.
"""

from __future__ import annotations

from lgo_sandbox.contract import Option
from lgo_sandbox.tenant.session import Session

__all__ = ["OPTIONS", "all_restored", "code_seconds", "codes_serve_again", "context_minutes", "cps_required"]

OPTIONS = (
    Option("code_seconds", "30", ("30", "10", "60", "300"), "Vie d'un code affiché, en secondes de la session"),
    Option("code_use", "once", ("once", "many"), "Un code ouvre un seul contexte, ou plusieurs tant qu'il vit"),
    Option("context_minutes", "60", ("60", "15", "480"), "Vie d'un contexte, en minutes de la session"),
    Option(
        "without_cps",
        "refused",
        ("refused", "administrative"),
        "Carte CPS absente : appel refusé, ou données administratives seules",
    ),
    Option(
        "restored",
        "last",
        ("last", "all"),
        "restituerContexteApCV : le dernier contexte en cours du professionnel, ou tous",
    ),
)


def code_seconds(session: Session) -> int:
    """Return how long a code lives, in seconds of age time."""
    return int(session.option("apcv.code_seconds"))


def codes_serve_again(session: Session) -> bool:
    """Tell whether a code may open several contexts."""
    return session.option("apcv.code_use") == "many"


def context_minutes(session: Session) -> int:
    """Return how long a context lives, in minutes of age time."""
    return int(session.option("apcv.context_minutes"))


def cps_required(session: Session) -> bool:
    """Tell whether a call without CPS is refused."""
    return session.option("apcv.without_cps") == "refused"


def all_restored(session: Session) -> bool:
    """Tell whether all open contexts are given back, not the last alone."""
    return session.option("apcv.restored") == "all"
