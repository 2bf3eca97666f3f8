"""Who is enrolled: the clients of a session's store, and behind them those of the user's file, for every session.

The file is named by the setting ``service_files`` (``{"psc.clients": "clients.yaml"}``) and read once; a client of the
store hides one of the file with the same id. Source: design of the project (Settings); members: ``domain/clients``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from lgo_sandbox.population.records import BadFile, read_records
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.session import Session
from psc_mock.codes import API_AUDIENCES, SPACES
from psc_mock.domain.clients import Client

__all__ = ["FILE", "BadClient", "enrolled", "enrolled_clients", "filed_clients", "read_client"]

FILE = "psc.clients"
MAX_TEXT = 500
MAX_ADDRESSES = 50
LISTS = ("redirect_uris", "post_logout_uris")
FLAGS = ("loopback_any_port", "ciba")


class BadClient(BadFile):
    """The record is no client; the message says why, in French."""


def enrolled(sandbox: Sandbox, session: Session, client_id: str) -> Client | None:
    """Return an enrolled client."""
    from psc_mock import hot

    return hot.client(session.db, client_id) or filed_clients(sandbox).get(client_id)


def enrolled_clients(sandbox: Sandbox, session: Session) -> list[Client]:
    """Return all enrolled clients, by id."""
    from psc_mock import store

    with session.db.transaction() as t:
        stored = {client.client_id: client for client in store.clients(t)}
    return [one for _, one in sorted({**filed_clients(sandbox), **stored}.items())]


def filed_clients(sandbox: Sandbox) -> Mapping[str, Client]:
    """Return the clients of the user's file, by id. Raises BadFile."""
    path = sandbox.settings.service_files.get(FILE)
    return _filed(path) if path else {}


@lru_cache(maxsize=16)
def _filed(path: Path) -> Mapping[str, Client]:
    return {client.client_id: client for client in map(read_client, read_records(path, "clients"))}


def read_client(body: object) -> Client:
    """Return the client of a record. Raises BadClient."""
    if not isinstance(body, Mapping):
        raise BadClient("un client est un objet")
    if unknown := sorted(set(map(str, body)) - {field.name for field in fields(Client)}):
        raise BadClient(f"membres inconnus : {', '.join(unknown)}")
    values: dict[str, Any] = {name: value for name, value in body.items() if name not in LISTS}
    values |= {name: _addresses(body[name]) for name in LISTS if name in body}
    values |= {"api_scopes": _scopes(body["api_scopes"])} if "api_scopes" in body else {}
    flags = [values.get(name, False) for name in FLAGS]
    texts = [value for name, value in values.items() if name not in (*LISTS, *FLAGS, "api_scopes")]
    if not all(isinstance(v, bool) for v in flags) or not all(isinstance(v, str) and len(v) <= MAX_TEXT for v in texts):
        raise BadClient(f"les membres d'un client sont des textes courts ; {', '.join(FLAGS)} sont des booléens")
    told = values.get("backchannel_logout_uri", "")
    if told and not (_is_address(told) and told.startswith(("http://", "https://"))):
        raise BadClient("backchannel_logout_uri est une URI absolue en http ou https, sans fragment")
    if not values.get("client_id") or values.get("space", SPACES[0]) not in SPACES:
        raise BadClient(f"« client_id » est requis ; espaces : {', '.join(SPACES)}")
    return Client(**values)


def _addresses(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_ADDRESSES or not all(map(_is_address, value)):
        raise BadClient("les adresses sont une liste d'URI absolues sans fragment")
    return tuple(value)


def _scopes(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(one in API_AUDIENCES for one in value):
        raise BadClient(f"api_scopes est une liste parmi {', '.join(API_AUDIENCES)}")
    return tuple(value)


def _is_address(value: Any) -> bool:
    return (
        isinstance(value, str)
        and len(value) <= MAX_TEXT
        and value.isascii()
        and value.isprintable()
        and ":" in value
        and not set(value) & set('# "<>\\')
    )
