"""XDS error codes, and what the sender of a refused lot, query or retrieval is told for want of a nearer remedy.

Source: docs/sources/dmp.md#erreurs-xds; IHE ITI TF-3 §4.2.4 (codes, high).
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

__all__ = ["XDS_CODES", "XDS_LINES", "XdsCode", "XdsLine"]


class XdsCode(StrEnum):
    """Error codes of IHE XDS.b that this DMP answers."""

    REPOSITORY_METADATA = "XDSRepositoryMetadataError"
    REGISTRY_METADATA = "XDSRegistryMetadataError"
    MISSING_DOCUMENT = "XDSMissingDocument"
    MISSING_METADATA = "XDSMissingDocumentMetadata"
    DUPLICATE_IN_REGISTRY = "XDSDuplicateUniqueIdInRegistry"
    DUPLICATE_IN_MESSAGE = "XDSRepositoryDuplicateUniqueIdInMessage"
    PATIENT_MISMATCH = "XDSPatientIdDoesNotMatch"
    UNKNOWN_PATIENT = "XDSUnknownPatientId"
    DOCUMENT_UNIQUE_ID = "XDSDocumentUniqueIdError"
    NON_IDENTICAL_HASH = "XDSNonIdenticalHash"
    NON_IDENTICAL_SIZE = "XDSNonIdenticalSize"
    UNKNOWN_QUERY = "XDSUnknownStoredQuery"
    QUERY_MISSING_PARAM = "XDSStoredQueryMissingParam"
    QUERY_PARAM_NUMBER = "XDSStoredQueryParamNumber"
    UNKNOWN_REPOSITORY = "XDSUnknownRepositoryId"
    TOO_MANY_RESULTS = "XDSTooManyResults"
    REPLACE_FAILED = "XDSReplaceFailed"
    DEPRECATED_DOCUMENT = "XDSRegistryDeprecatedDocumentError"
    OUT_OF_RESOURCES = "XDSRepositoryOutOfResources"
    UPDATE = "XDSMetadataUpdateError"
    UPDATE_OPERATION = "XDSMetadataUpdateOperationError"
    VERSION = "XDSMetadataVersionError"


XDS_CODES = frozenset(code.value for code in XdsCode)


class XdsLine(NamedTuple):
    """The remedy of an error code, and the section of the sources that speaks of it."""

    remedy: str
    source: str


def _line(remedy: str, anchor: str) -> XdsLine:
    return XdsLine(remedy, f"docs/sources/dmp.md#{anchor}")


XDS_LINES: dict[XdsCode, XdsLine] = {
    XdsCode.REPOSITORY_METADATA: _line("Corrigez dans le lot l'objet que nomme l'erreur.", "metadonnees"),
    XdsCode.REGISTRY_METADATA: _line("Donnez à l'attribut nommé la valeur attendue.", "metadonnees"),
    XdsCode.MISSING_DOCUMENT: _line(
        "Ajoutez un xds:Document dont l'attribut id est celui de l'ExtrinsicObject, à la casse près.", "mtom"
    ),
    XdsCode.MISSING_METADATA: _line(
        "Ajoutez un ExtrinsicObject pour ce document, ou retirez le document du paquet.", "mtom"
    ),
    XdsCode.DUPLICATE_IN_REGISTRY: _line(
        "Donnez un uniqueId neuf à chaque envoi ; pour remplacer, ajoutez une association RPLC.", "remplacement"
    ),
    XdsCode.DUPLICATE_IN_MESSAGE: _line("Donnez un uniqueId différent à chaque objet du lot.", "metadonnees"),
    XdsCode.PATIENT_MISMATCH: _line(
        "Mettez dans patientId l'INS du VIHF (matricule et OID), ou l'inverse.", "requete-xds"
    ),
    XdsCode.UNKNOWN_PATIENT: _line("Appelez TD0.2 d'abord : « NF » veut dire pas de DMP.", "test-existence"),
    XdsCode.DOCUMENT_UNIQUE_ID: _line(
        "Reprenez l'uniqueId rendu par TD3.1 pour ce patient, non l'entryUUID.", "erreurs-xds"
    ),
    XdsCode.NON_IDENTICAL_HASH: _line(
        "Calculez hash (SHA-1, hexadécimal) sur les octets envoyés, ou ne l'envoyez pas.", "metadonnees"
    ),
    XdsCode.NON_IDENTICAL_SIZE: _line(
        "Comptez size en octets sur le document envoyé, ou ne l'envoyez pas.", "metadonnees"
    ),
    XdsCode.UNKNOWN_QUERY: _line("Appelez une des requêtes citées par son urn:uuid: de l'IHE.", "requete-xds"),
    XdsCode.QUERY_MISSING_PARAM: _line("Ajoutez le paramètre nommé à l'AdhocQuery.", "requete-xds"),
    XdsCode.QUERY_PARAM_NUMBER: _line("Réécrivez la valeur du paramètre nommé.", "requete-xds"),
    XdsCode.UNKNOWN_REPOSITORY: _line("Reprenez repositoryUniqueId de la réponse à TD3.1.", "requete-xds"),
    XdsCode.TOO_MANY_RESULTS: _line("Resserrez la recherche (période, type), ou demandez ObjectRef.", "requete-xds"),
    XdsCode.REPLACE_FAILED: _line(
        "Mettez dans targetObject l'entryUUID (urn:uuid:) que TD3.1 ou TD3.1b rend pour ce patient.", "remplacement"
    ),
    XdsCode.DEPRECATED_DOCUMENT: _line("Remplacez la dernière version, celle que TD3.1 rend.", "remplacement"),
    XdsCode.UPDATE: _line(
        "Relisez le document par TD3.1 et renvoyez ses métadonnées telles quelles, hors confidentialityCode.",
        "versions",
    ),
    XdsCode.UPDATE_OPERATION: _line(
        "Demandez une transition permise : archiver, désarchiver, ou supprimer un document en vigueur.", "versions"
    ),
    XdsCode.VERSION: _line("Mettez dans PreviousVersion le VersionInfo que TD3.1 rend pour ce document.", "versions"),
    XdsCode.OUT_OF_RESOURCES: XdsLine(
        "Remettez la session à zéro (lgo-sandbox reset) : l'entrepôt d'une session est borné.",
        "docs/sources/transport.md#bac-a-sable-indisponible",
    ),
}
