"""Every refusal of the service: HTTP status, French sentence, what was expected, and how to mend it.

Source: docs/sources/dp.md#erreurs: the codes are ours, the official ones are not public. Knows no behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dp_mock.codes.errors.calls import CALLS
from dp_mock.codes.errors.dossiers import DOSSIERS
from dp_mock.codes.errors.error import Error

__all__ = ["ERRORS", "ERROR_OF_STATUS", "Error"]

ERRORS: Mapping[str, Error] = MappingProxyType({**CALLS, **DOSSIERS})

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
