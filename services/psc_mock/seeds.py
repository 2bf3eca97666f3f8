"""The clients that are enrolled from the start.

Source: docs/sources/psc.md#certificat-client (spaces) and #introspection (resource servers introspect at Pro Santé
Connect); ids and secrets are ours. Derived from constants only: the seeds of every session are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lgo_sandbox.state.schema import Migration
from psc_mock.codes import API_AUDIENCES, ORGANISATION_CERTIFICATE_CN, PSC_CERTIFICATE_CN, TRUST
from psc_mock.domain.clients import Client

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from lgo_sandbox.tenant.session import Session

__all__ = ["CLIENTS", "MIGRATIONS", "seed"]

LOOPBACK = "http://127.0.0.1:8765"

CLIENTS = (
    Client(
        "lgo-demo",
        "LGO de démonstration",
        "secret-lgo-demo",
        redirect_uris=(f"{LOOPBACK}/callback",),
        post_logout_uris=(f"{LOOPBACK}/logged-out",),
        loopback_any_port=True,
        ciba=True,
    ),
    Client(
        "lgo-mtls",
        "LGO de l'espace de confiance",
        space=TRUST,
        redirect_uris=(f"{LOOPBACK}/callback",),
        post_logout_uris=(f"{LOOPBACK}/logged-out",),
        certificate_ou="10B0990017",
        certificate_cn=PSC_CERTIFICATE_CN,
        ciba=True,
        api_scopes=API_AUDIENCES,
    ),
    Client(
        "lgo-api",
        "LGO qui appelle les API Pro Santé Connectées",
        space=TRUST,
        redirect_uris=(f"{LOOPBACK}/callback",),
        post_logout_uris=(f"{LOOPBACK}/logged-out",),
        certificate_ou="10B0990017",
        certificate_cn=ORGANISATION_CERTIFICATE_CN,
        ciba=True,
        api_scopes=API_AUDIENCES,
    ),
    Client(
        "prescripteur-demo",
        "Logiciel de prescription de démonstration",
        "secret-prescripteur-demo",
        redirect_uris=(f"{LOOPBACK}/callback",),
        post_logout_uris=(f"{LOOPBACK}/logged-out",),
        loopback_any_port=True,
        ciba=True,
    ),
    Client("mss-operateur", "Opérateur MSSanté", "secret-mss-operateur"),
    Client("eprescription", "Ordonnance numérique", "secret-eprescription"),
    Client("dmp", "Dossier médical partagé", "secret-dmp"),
    Client("insi", "Téléservice INSi", "secret-insi"),
)


def add_lgo_api(connection: Connection) -> None:
    """Enrol in an older state the client that the first release had not."""
    from psc_mock import store

    store.enrol_if_absent(connection, next(client for client in CLIENTS if client.client_id == "lgo-api"))


MIGRATIONS = (Migration(1, "lgo-api enrolled from the start", seeds=add_lgo_api),)


def seed(session: Session) -> None:
    """Enrol the clients in a new store."""
    from psc_mock import store

    with session.db.transaction() as t:
        for client in CLIENTS:
            store.put_client(t, client)
