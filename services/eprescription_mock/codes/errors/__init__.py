"""Every refusal of the service: HTTP status, FHIR issue type, French sentence, what was expected, and how to mend it.

Source: docs/sources/eprescription.md#erreurs: the codes are ours, the official ones are not public. Knows no behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from eprescription_mock.codes.errors.calls import CALLS
from eprescription_mock.codes.errors.error import Error
from eprescription_mock.codes.errors.executions import EXECUTIONS
from eprescription_mock.codes.errors.prescriptions import PRESCRIPTIONS

__all__ = ["ERRORS", "ERROR_OF_STATUS", "Error"]

ERRORS: Mapping[str, Error] = MappingProxyType({**CALLS, **EXECUTIONS, **PRESCRIPTIONS})

ERROR_OF_STATUS: Mapping[int, str] = MappingProxyType(
    {
        404: "adresse-inconnue",
        405: "methode-refusee",
        413: "trop-volumineux",
        429: "trop-de-requetes",
        500: "erreur-interne",
    }
)
"""Which error stands for a status that the sandbox itself proposes; any other is ``indisponible``."""
