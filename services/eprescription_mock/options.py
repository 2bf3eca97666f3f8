"""The named choices of this service and what they mean.

Source: docs/sources/eprescription.md#consultation (the lock and its end are ours), #delais (three months: regulatory).
"""

from __future__ import annotations

from datetime import timedelta

from eprescription_mock.codes import FIRST_DELIVERY_MONTHS, RENEWAL_MARGIN
from eprescription_mock.domain.values import Rules
from lgo_sandbox.contract import Option
from lgo_sandbox.tenant.session import Session

__all__ = [
    "OPTIONS",
    "SLOW_OPTION",
    "STRICT_ROOT_OPTION",
    "is_set",
    "milliseconds",
    "numbers_are_given",
    "rules_of",
    "token_is_required",
]

SERVICE = "eprescription"
NEVER, YES, NO = "jamais", "oui", "non"

LOCK_OPTION = "delai_consultation"
WINDOW_OPTION = "premiere_delivrance"
SLOW_OPTION = "attente_slow"
STRICT_ROOT_OPTION = "strict_ins_root"
TOKEN_OPTION = "jeton_api"
RENEWAL_OPTION = "renouvellement"
IN_TIME, AT_WILL = "a-terme", "libre"
NUMBER_OPTION = "numero"
BY_SOFTWARE, BY_SERVICE = "logiciel", "service"
ACCEPTED, REQUIRED = "accepte", "exige"

OPTIONS = (
    Option(
        LOCK_OPTION,
        "30",
        ("1", "10", "30", "120", NEVER),
        "Minutes (heure d'âge) après lesquelles une consultation sans suite rend l'ordonnance",
    ),
    Option(
        WINDOW_OPTION,
        "3-mois",
        ("3-mois", "sans-limite"),
        "Délai de la première délivrance après la prescription",
    ),
    Option(SLOW_OPTION, "3000", ("0", "500", "3000", "15000"), "Millisecondes d'attente de la situation SLOW"),
    Option(
        TOKEN_OPTION, ACCEPTED, (ACCEPTED, REQUIRED), "Jeton de l'API Pro Santé Connectée : accepté, ou seul accepté"
    ),
    Option(
        NUMBER_OPTION,
        BY_SOFTWARE,
        (BY_SOFTWARE, BY_SERVICE),
        "Qui engendre l'identifiant et le code 2D : le logiciel du prescripteur, ou le service",
    ),
    Option(
        RENEWAL_OPTION,
        IN_TIME,
        (IN_TIME, AT_WILL),
        "Un renouvellement se délivre au terme de la livraison (à sept jours près), ou à tout moment",
    ),
    Option(STRICT_ROOT_OPTION, NO, (NO, YES), "Exiger la racine d'OID exacte de l'INS du patient"),
)

_BY_NAME = {option.name: option for option in OPTIONS}


def rules_of(session: Session) -> Rules:
    """Return the rules that a session's options make."""
    lock = _value(session, LOCK_OPTION)
    window = 0 if _value(session, WINDOW_OPTION) == "sans-limite" else FIRST_DELIVERY_MONTHS
    margin = RENEWAL_MARGIN if _value(session, RENEWAL_OPTION) == IN_TIME else None
    return Rules(None if lock == NEVER else timedelta(minutes=int(lock)), margin, window)


def milliseconds(session: Session, name: str) -> int:
    """Return an option in milliseconds."""
    return int(_value(session, name))


def is_set(session: Session, name: str) -> bool:
    """Tell whether a yes-or-no option is on."""
    return _value(session, name) == YES


def numbers_are_given(session: Session) -> bool:
    """Tell whether the service gives the number, in place of the prescriber's software."""
    return _value(session, NUMBER_OPTION) == BY_SERVICE


def token_is_required(session: Session) -> bool:
    """Tell whether only tokens of the API Pro Santé Connectée are taken."""
    return _value(session, TOKEN_OPTION) == REQUIRED


def _value(session: Session, name: str) -> str:
    option, value = _BY_NAME[name], session.option(f"{SERVICE}.{name}")
    return value if value in option.choices else option.default
