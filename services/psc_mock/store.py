"""The state of Pro Santé Connect in a session's store: clients, log-in requests, log-ins, codes, tokens, e-CPS modes.

Everything is here and nothing in memory, so that any process of the session serves any step of a log-in. Codes, refresh
tokens and cookies are kept as digests. Moments are seconds of age time, except ``auth_time``, ``iat`` and ``exp`` (wire
time). What decides a race (a code is taken once) is one UPDATE whose row count tells who won.
Source: design of the project (State). Knows no HTTP.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert
from sqlmodel import Session as Transaction
from sqlmodel import col, delete, func, select, update

from psc_mock.codes import CHOICE_LIFETIME, LOGIN_LIFETIME
from psc_mock.domain.clients import Client
from psc_mock.tables import (
    CHOOSING,
    ApiToken,
    Base,
    CibaRequest,
    ClientRow,
    Code,
    Login,
    LoginRequest,
    PersonaMode,
    RetiredKey,
    Token,
)

__all__ = [
    "ACCEPTED",
    "CHOOSING",
    "PUSHED",
    "REFUSED",
    "SERVED",
    "WAITING",
    "WRONG_CODE",
    "ApiToken",
    "Base",
    "CibaRequest",
    "ClientRow",
    "Code",
    "Login",
    "LoginRequest",
    "PersonaMode",
    "RetiredKey",
    "Token",
    "digest",
]

KEPT_FOR_EXPLAINING = 2 * LOGIN_LIFETIME
"""How long a log-in is kept: as long as a token of an API that stems from it may be shown, to say how it ended."""
WAITING, ACCEPTED, REFUSED, WRONG_CODE = "waiting", "accepted", "refused", "wrong_code"
SERVED = "served"
PUSHED = "pushed"
"""The state of an authorization request that was pushed and that no browser has brought yet."""


def digest(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


# Keys


def retired_keys(t: Transaction) -> Sequence[RetiredKey]:
    """Return the keys that sign no more."""
    return t.exec(select(RetiredKey)).all()


def retire_key(t: Transaction, before: str, after: str, now: float, *, withdraw: bool) -> None:
    """Let a key follow another; ``withdraw`` forgets all former ones at once."""
    forgotten = delete(RetiredKey) if withdraw else delete(RetiredKey).where(col(RetiredKey.number) == after)
    t.exec(forgotten)
    if not withdraw:
        t.merge(RetiredKey(number=before, since=now))


# Clients


def clients(t: Transaction) -> list[Client]:
    """Return all enrolled clients, by id."""
    return [_client(row) for row in t.exec(select(ClientRow).order_by(col(ClientRow.client_id)))]


def put_client(t: Transaction, client: Client) -> None:
    """Enrol a client, or change it."""
    t.merge(_row(client))


def enrol_if_absent(connection: Connection, client: Client) -> None:
    """Enrol a client that a release added to the seeds, unless one of this id is enrolled."""
    known = connection.execute(select(ClientRow.client_id).where(col(ClientRow.client_id) == client.client_id))
    if known.first() is None:
        connection.execute(insert(ClientRow).values(_row(client).model_dump()))


def _row(client: Client) -> ClientRow:
    return ClientRow(
        client_id=client.client_id,
        title=client.title,
        secret=client.secret,
        space=client.space,
        redirect_uris=json.dumps(client.redirect_uris),
        post_logout_uris=json.dumps(client.post_logout_uris),
        loopback_any_port=client.loopback_any_port,
        certificate_ou=client.certificate_ou,
        certificate_cn=client.certificate_cn,
        ciba=client.ciba,
        api_scopes=json.dumps(client.api_scopes),
        backchannel_logout_uri=client.backchannel_logout_uri,
    )


def drop_client(t: Transaction, client_id: str) -> bool:
    """Strike a client off; tell whether there was one."""
    return _changed(t, delete(ClientRow).where(col(ClientRow.client_id) == client_id)) > 0


def _client(row: ClientRow) -> Client:
    return Client(
        row.client_id,
        row.title,
        row.secret,
        row.space,
        tuple(json.loads(row.redirect_uris)),
        tuple(json.loads(row.post_logout_uris)),
        row.loopback_any_port,
        row.certificate_ou,
        row.certificate_cn,
        row.ciba,
        tuple(json.loads(row.api_scopes)),
        backchannel_logout_uri=row.backchannel_logout_uri,
    )


# Log-in requests and e-CPS


def waiting_requests(t: Transaction) -> list[LoginRequest | CibaRequest]:
    """Return the requests that wait for an e-CPS or a card, oldest first."""
    web = t.exec(select(LoginRequest).where(LoginRequest.state == WAITING)).all()
    ciba = t.exec(select(CibaRequest).where(CibaRequest.state == WAITING)).all()
    return sorted([*web, *ciba], key=lambda row: (row.pushed, row.id))


def supersede(t: Transaction, row: LoginRequest) -> None:
    """Take back what the same browser asked of the same person before, for the same client: nobody waits for it."""
    older = select(LoginRequest).where(
        col(LoginRequest.browser) == row.browser,
        col(LoginRequest.national_id) == row.national_id,
        col(LoginRequest.state) == WAITING,
        col(LoginRequest.id) != row.id,
    )
    client = json.loads(row.request)["client_id"]
    for one in t.exec(older).all():
        if json.loads(one.request)["client_id"] == client:
            one.state, one.national_id, one.digits = CHOOSING, "", ""
            t.add(one)


def answer_request(t: Transaction, request_id: str, state: str) -> bool:
    """Let the e-CPS answer a waiting request; tell whether it still waited."""
    web = update(LoginRequest).where(col(LoginRequest.id) == request_id, col(LoginRequest.state) == WAITING)
    ciba = update(CibaRequest).where(col(CibaRequest.id) == request_id, col(CibaRequest.state) == WAITING)
    return any(_changed(t, change.values(state=state)) > 0 for change in (web, ciba))


def serve_ciba(t: Transaction, row: CibaRequest) -> bool:
    """Use an accepted CIBA request up; False when somebody did before."""
    change = update(CibaRequest).where(col(CibaRequest.digest) == row.digest, col(CibaRequest.state) != SERVED)
    return _changed(t, change.values(state=SERVED)) > 0


def note_poll(t: Transaction, row: CibaRequest, polled: float) -> None:
    """Keep when a CIBA request was last asked for."""
    t.exec(update(CibaRequest).where(col(CibaRequest.digest) == row.digest).values(polled=polled))


def take_request(t: Transaction, request_id: str) -> bool:
    """Remove a request, to end it; tell whether it was still there."""
    return _changed(t, delete(LoginRequest).where(col(LoginRequest.id) == request_id)) > 0


def persona_mode(t: Transaction, national_id: str) -> str:
    """Return the e-CPS mode set for a person, empty when none is."""
    row = t.get(PersonaMode, national_id)
    return row.mode if row else ""


def set_persona_mode(t: Transaction, national_id: str, mode: str) -> None:
    """Set the e-CPS mode of a person; an empty one forgets it."""
    t.exec(delete(PersonaMode).where(col(PersonaMode.national_id) == national_id))
    if mode:
        t.add(PersonaMode(national_id=national_id, mode=mode))


def persona_modes(t: Transaction) -> dict[str, str]:
    """Return the modes that are set, by national id."""
    return {row.national_id: row.mode for row in t.exec(select(PersonaMode))}


# Log-ins


def login_of_cookie(t: Transaction, cookie: str) -> Login | None:
    """Return the log-in whose cookie this is."""
    return t.exec(select(Login).where(Login.cookie == digest(cookie))).first() if cookie else None


def end_login(t: Transaction, sid: str, at: float, how: str) -> None:
    """End a log-in with all its tokens: when, and how in French. One that ended before stays as it was."""
    running = update(Login).where(col(Login.sid) == sid, col(Login.ended).is_(False))
    t.exec(running.values(ended=True, ended_at=at, ended_by=how))
    t.exec(update(Token).where(col(Token.sid) == sid).values(revoked=True))


def take_announcement(t: Transaction, sid: str) -> bool:
    """Take it upon oneself to tell the clients of a log-in that it is over; False when somebody did before."""
    change = update(Login).where(col(Login.sid) == sid, col(Login.announced).is_(False))
    return _changed(t, change.values(announced=True)) > 0


def clients_of_login(t: Transaction, sid: str) -> list[tuple[str, str]]:
    """Return the clients that were given tokens of a log-in, by id, each with the issuer that it knows."""
    held = select(Token.client_id, func.max(Token.issuer)).where(col(Token.sid) == sid)
    return [(client, issuer) for client, issuer in t.exec(held.group_by(col(Token.client_id)).order_by("client_id"))]


def logins(t: Transaction) -> Sequence[Login]:
    """Return all log-ins that are kept, newest first."""
    return t.exec(select(Login).order_by(col(Login.created).desc(), col(Login.sid))).all()


_OLD = tuple(
    (delete(moment.table).where(moment < bindparam("before")), lifetime)
    for moment, lifetime in (
        (Login.__table__.c.created, KEPT_FOR_EXPLAINING),  # type: ignore[attr-defined]
        (Code.__table__.c.created, LOGIN_LIFETIME),  # type: ignore[attr-defined]
        (Token.__table__.c.created, LOGIN_LIFETIME),  # type: ignore[attr-defined]
        (ApiToken.__table__.c.created, LOGIN_LIFETIME),  # type: ignore[attr-defined]
        (LoginRequest.__table__.c.created, CHOICE_LIFETIME),  # type: ignore[attr-defined]
        (CibaRequest.__table__.c.pushed, CHOICE_LIFETIME),  # type: ignore[attr-defined]
    )
)
"""What deletes old rows, made once: a log-in looks for them in six tables."""


def forget_old(t: Transaction, now: float) -> None:
    """Delete what can serve nothing any more."""
    connection = t.connection()
    for statement, lifetime in _OLD:
        connection.execute(statement, {"before": now - lifetime})


# Codes and tokens


def take_code(t: Transaction, code: Code) -> bool:
    """Use a code; False when somebody did before."""
    change = update(Code).where(col(Code.digest) == code.digest, col(Code.used).is_(False))
    return _changed(t, change.values(used=True)) > 0


def end_client_session(t: Transaction, sid: str, client_id: str, at: float, how: str) -> None:
    """Revoke the tokens that one client holds of a log-in, those of APIs with them; the SSO session goes on."""
    t.exec(update(Token).where(col(Token.sid) == sid, col(Token.client_id) == client_id).values(revoked=True))
    stemming = update(ApiToken).where(col(ApiToken.sid) == sid, col(ApiToken.client_id) == client_id)
    t.exec(stemming.where(col(ApiToken.ended_by) == "").values(ended_at=at, ended_by=how))


def held_tokens(t: Transaction, sid: str, client_id: str) -> Sequence[Token]:
    """Return the tokens that a client was given in a log-in, oldest first."""
    query = select(Token).where(Token.sid == sid, Token.client_id == client_id)
    return t.exec(query.order_by(col(Token.created))).all()


def add_mutations(t: Transaction, sid: str, client_id: str, names: Sequence[str]) -> None:
    """Remember on a client's tokens of a log-in what was wrong in what it received by them."""
    for row in held_tokens(t, sid, client_id):
        row.mutations = " ".join(dict.fromkeys([*row.mutations.split(), *names]))
        t.add(row)


def revoke_all(t: Transaction, sid: str) -> None:
    """Revoke all tokens of a log-in, which itself goes on."""
    t.exec(update(Token).where(col(Token.sid) == sid).values(revoked=True))


def revoke_token(t: Transaction, key: str) -> None:
    """Revoke one token."""
    t.exec(update(Token).where(col(Token.key) == key).values(revoked=True))


def _changed(t: Transaction, statement: Any) -> int:
    return int(t.exec(statement).rowcount)
