"""The operations of the simulated contract as data: routes, CapabilityStatement and OpenAPI are made of this table.

Source: docs/sources/eprescription.md#contrat-simule, #operations-nationales. Knows no behaviour.
"""

from __future__ import annotations

from dataclasses import dataclass

from eprescription_mock import codes

__all__ = ["OPERATIONS", "PARAMETERS", "Contracted"]

PARAMETERS = "Parameters"
BUNDLE = "Bundle"


@dataclass(frozen=True, slots=True)
class Contracted:
    """One operation: where it is, what it takes (``body``: a resource type; ``query``), what it gives.

    ``parts`` are the parameters of a Parameters body, ``required`` those without which it is refused. ``open`` ones
    ask for no token.
    """

    name: str
    method: str
    path: str
    title: str
    gives: str
    body: str = ""
    parts: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    status: int = 200
    open: bool = False


OPERATIONS = (
    Contracted(
        codes.CREATE,
        "POST",
        "/$ep4-enregistrer",
        "Enregistrer une ordonnance numérique",
        PARAMETERS,
        BUNDLE,
        status=201,
    ),
    Contracted(
        codes.CONSULT,
        "POST",
        "/$ep3-consulter",
        "Consulter une ordonnance, qui est alors tenue par l'officine",
        PARAMETERS,
        PARAMETERS,
        ("qrToken", "numero", "patient"),
    ),
    Contracted(
        codes.SEARCH,
        "POST",
        "/$ep2-rechercher",
        "Rechercher les ordonnances d'un patient",
        PARAMETERS,
        PARAMETERS,
        ("patient", "statut"),
        ("patient",),
    ),
    Contracted(
        codes.EXECUTE,
        "POST",
        "/{numero}/$ep1-executer",
        "Transmettre les données d'exécution",
        PARAMETERS,
        BUNDLE,
        query=("secret",),
    ),
    Contracted(
        codes.BILL,
        "POST",
        "/{numero}/$ep6-facturer",
        "Dire sous quelle facture une exécution est facturée",
        PARAMETERS,
        PARAMETERS,
        ("numeroFacture",),
        ("numeroFacture",),
        ("receipt",),
    ),
    Contracted(
        codes.ABANDON,
        "POST",
        "/{numero}/$abandonner",
        "Rendre une ordonnance sans délivrer",
        PARAMETERS,
        PARAMETERS,
        ("motif",),
        ("motif",),
        ("secret",),
    ),
    Contracted(
        codes.CANCEL, "POST", "/{numero}/$annuler", "Annuler une ordonnance que personne n'a entamée", PARAMETERS
    ),
    Contracted(
        codes.CANCEL_EXECUTION,
        "POST",
        "/{numero}/$annuler-execution",
        "Annuler la dernière exécution",
        PARAMETERS,
        query=("receipt",),
    ),
    Contracted(codes.STATUS, "GET", "/{numero}/$statut", "Lire l'état d'une ordonnance", PARAMETERS),
    Contracted(
        codes.READ, "GET", "/{numero}", "Lire une ordonnance que l'on a écrite, que l'on tient ou délivrée", BUNDLE
    ),
    Contracted(
        codes.METADATA, "GET", "/metadata", "Lire ce que sait faire le service", "CapabilityStatement", open=True
    ),
    Contracted(codes.OPENAPI, "GET", "/openapi.json", "Lire le contrat en OpenAPI", "OpenAPI", open=True),
)
