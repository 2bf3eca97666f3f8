"""Values and rules of the ApCV service, as pure functions. See each module. Knows codes."""

from apcv_mock.domain.codes2d import MAGIC_CODES, PREFIX, Presented, code_of, read_code
from apcv_mock.domain.contexts import State, check_usable, end_of, state_of
from apcv_mock.domain.people import Beneficiary, Complementary, Persona, Right, certified_of, may_hold, rights_on
from apcv_mock.domain.requests import Bill, Biller, Software, check_bill, check_biller

__all__ = [
    "MAGIC_CODES",
    "PREFIX",
    "Beneficiary",
    "Bill",
    "Biller",
    "Complementary",
    "Persona",
    "Presented",
    "Right",
    "Software",
    "State",
    "certified_of",
    "check_bill",
    "check_biller",
    "check_usable",
    "code_of",
    "end_of",
    "may_hold",
    "read_code",
    "rights_on",
    "state_of",
]
