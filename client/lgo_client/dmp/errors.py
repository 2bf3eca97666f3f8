"""What the DMP's error codes mean to whoever stands at the counter, and which of them a second try can heal.

Source: specs/dmp.md §4.2 (codes of IHE ITI TF-3 and of the DMP; the official annex is not public). Knows no transport.
"""

from __future__ import annotations

import httpx

from lgo_client.dmp.client import DmpUnavailable
from lgo_client.soap import SoapRefused
from lgo_client.unanswered import origin_of, why
from lgo_client.xds import RegistryRefused

__all__ = ["ALREADY_THERE", "OUTAGES", "heals_by_itself", "in_french", "never_came"]

OUTAGES = (httpx.TransportError, DmpUnavailable, ValueError)
"""What leaves open whether the DMP took a message: no answer, an answer cut or unreadable, a service that is away."""

_UNCONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_TURNED_AWAY = frozenset({425, 429, 503})
ALREADY_THERE = frozenset({"XDSDuplicateUniqueIdInRegistry", "XDSRegistryDuplicateUniqueIdInMessage"})
_BUSY = frozenset(
    {
        "XDSRegistryBusy",
        "XDSRepositoryBusy",
        "XDSRegistryOutOfResources",
        "XDSRepositoryOutOfResources",
    }
)
_FRENCH = {
    "XDSDuplicateUniqueIdInRegistry": "un document de ce uniqueId est déjà dans le DMP",
    "XDSRegistryDuplicateUniqueIdInMessage": "le lot porte deux fois le même uniqueId",
    "XDSRepositoryDuplicateUniqueIdInMessage": "le lot porte deux fois le même uniqueId",
    "XDSRegistryMetadataError": "les métadonnées sont refusées",
    "XDSRepositoryMetadataError": "les métadonnées sont refusées",
    "XDSMetadataUpdateError": "la mise à jour est refusée",
    "XDSMetadataUpdateOperationError": "cette mise à jour n'est pas prévue",
    "XDSMetadataVersionError": "quelqu'un a modifié le document entre-temps : relisez-le d'abord",
    "XDSMissingDocument": "le message annonce un document qu'il ne porte pas",
    "XDSMissingDocumentMetadata": "le message porte un document qu'il n'annonce pas",
    "XDSPatientIdDoesNotMatch": "le patient du document n'est pas celui du VIHF",
    "XDSUnknownPatientId": "ce patient n'a pas de DMP",
    "XDSDocumentUniqueIdError": "ce document n'est pas dans le DMP de ce patient",
    "XDSNonIdenticalHash": "l'empreinte annoncée n'est pas celle du document",
    "XDSNonIdenticalSize": "la taille annoncée n'est pas celle du document",
    "XDSUnknownStoredQuery": "cette recherche n'existe pas",
    "XDSStoredQueryMissingParam": "il manque un critère à la recherche",
    "XDSStoredQueryParamNumber": "un critère de la recherche a trop ou trop peu de valeurs",
    "XDSUnknownRepositoryId": "cet entrepôt de documents n'est pas celui du DMP",
    "XDSTooManyResults": "trop de documents répondent : précisez la recherche",
    "XDSReplaceFailed": "le remplacement a échoué",
    "XDSRegistryDeprecatedDocumentError": "le document a déjà été remplacé",
    "XDSRegistryBusy": "le registre est occupé",
    "XDSRepositoryBusy": "l'entrepôt de documents est occupé",
    "XDSRegistryOutOfResources": "le registre est saturé",
    "XDSRepositoryOutOfResources": "l'entrepôt de documents est plein",
}


def in_french(error: Exception) -> str:
    """Return what an error of the DMP means, with its code and what the DMP says of it."""
    if isinstance(error, RegistryRefused):
        meant = _FRENCH.get(error.code, "le DMP refuse")
        return f"{meant} ({': '.join(part for part in (error.code, error.context) if part)})"
    if isinstance(error, SoapRefused):
        return f"{error.reason} ({error.code})" if error.code else error.reason
    if isinstance(error, httpx.TransportError):
        place = origin_of(error)
        return f"le DMP ne répond pas{f' à {place}' if place else ''} ({why(error)})"
    return str(error)


def never_came(error: Exception) -> bool:
    """Tell whether a message surely did not reach whoever takes documents: no connection, or turned away before."""
    return isinstance(error, _UNCONNECTED) or (isinstance(error, DmpUnavailable) and error.status in _TURNED_AWAY)


def heals_by_itself(error: Exception) -> bool:
    """Tell whether the same message may be taken later, unchanged."""
    return isinstance(error, OUTAGES) or (isinstance(error, RegistryRefused) and error.code in _BUSY)
