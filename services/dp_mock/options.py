"""The named choices of this service and what they mean.

Source: docs/sources/dp.md#creation, #durees, #vaccins, #rappels: what was otherwise, or is read in two ways.
"""

from __future__ import annotations

from dp_mock.codes import MONTHS_SHOWN, OPPOSITION_DAYS
from dp_mock.domain.values import Rules
from lgo_sandbox.contract import Option
from lgo_sandbox.tenant.session import Session

__all__ = ["OPTIONS", "rules_of"]

SERVICE = "dp"
DELAY_OPTION, DEPTH_OPTION = "delai_opposition", "profondeur"
VACCINES_OPTION, RECALL_OPTION = "vaccins", "rappel_bloquant"
ALL_YEARS, SINCE_2016 = "21-ans", "depuis-2016-09"
BY_SERVER, BY_SOFTWARE = "serveur", "logiciel"

OPTIONS = (
    Option(
        DELAY_OPTION,
        str(OPPOSITION_DAYS),
        ("42", "1", "7"),
        "Jours (heure d'âge) laissés au patient pour s'opposer à la création",
    ),
    Option(DEPTH_OPTION, str(MONTHS_SHOWN), ("12", "4"), "Mois d'historique visibles ; quatre avant avril 2023"),
    Option(
        VACCINES_OPTION,
        SINCE_2016,
        (SINCE_2016, ALL_YEARS),
        "Vaccins visibles : depuis septembre 2016, ou les vingt et un ans de la loi sans ce plancher",
    ),
    Option(
        RECALL_OPTION,
        BY_SERVER,
        (BY_SERVER, BY_SOFTWARE),
        "Qui bloque tant qu'un rappel n'est pas acquitté : le service (423), ou le logiciel seul, que le constat juge",
    ),
)

_BY_NAME = {option.name: option for option in OPTIONS}


def rules_of(session: Session) -> Rules:
    """Return the rules that a session's options make."""
    return Rules(
        opposition_days=int(_value(session, DELAY_OPTION)),
        months=int(_value(session, DEPTH_OPTION)),
        floor=_value(session, VACCINES_OPTION) == SINCE_2016,
        holds_up=_value(session, RECALL_OPTION) == BY_SERVER,
    )


def _value(session: Session, name: str) -> str:
    option, value = _BY_NAME[name], session.option(f"{SERVICE}.{name}")
    return value if value in option.choices else option.default
