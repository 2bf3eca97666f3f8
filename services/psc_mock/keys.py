"""The keys that sign tokens: they ship with the code, named SANDBOX, and each is built once.

Source: design of the project (« Certificates »); docs/sources/psc.md#signature-id-token. A session
signs with one of them (option ``psc.signing_key``); rotation goes on to the next, and the one before stays published
for a while. Known to everybody, they prove nothing outside a sandbox.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from lgo_sandbox.tenant.session import Session
from lgo_sandbox.wire.jwt import SigningKey, VerifyingKey
from psc_mock.codes import KEY_OVERLAP
from psc_mock.domain.lifetimes import still_lives

__all__ = ["KEYS", "key_numbered", "published_keys", "rotate", "signing_key", "stranger_key", "verifying_keys"]

KEYS = {"1": "SANDBOX-psc-signing", "2": "SANDBOX-psc-signing-2", "3": "SANDBOX-psc-signing-3"}
"""Number of a key → its file."""
OPTION = "psc.signing_key"


@cache
def key_numbered(number: str) -> SigningKey:
    """Return a key that ships with the code. KeyError for another number."""
    pem = files("psc_mock").joinpath(f"data/{KEYS[number]}.pem").read_bytes()
    return SigningKey(pem, f"SANDBOX-psc-2025{'' if number == '1' else '-' + number}")


def signing_key(session: Session) -> SigningKey:
    """Return the key that signs in a session now."""
    return key_numbered(session.option(OPTION))


@cache
def verifying_keys() -> tuple[VerifyingKey, ...]:
    """Return what verifies our own tokens, however old: their life is judged elsewhere."""
    return tuple(key_numbered(number).public for number in KEYS)


def published_keys(session: Session) -> list[SigningKey]:
    """Return the keys of the key set: the one that signs, then those that did not long ago."""
    from psc_mock import store

    now, current = session.clock.age().timestamp(), session.option(OPTION)
    with session.db.transaction() as t:
        retired = {row.number: row.since for row in store.retired_keys(t)}
    kept = [number for number in KEYS if number != current and number in retired]
    return [
        key_numbered(number)
        for number in (current, *(number for number in kept if still_lives(retired[number], KEY_OVERLAP, now)))
    ]


def rotate(session: Session, *, withdraw: bool) -> SigningKey:
    """Go on to the next key and return it; ``withdraw`` publishes no former key any more."""
    from dataclasses import replace

    from psc_mock import store

    before = session.option(OPTION)
    numbers = list(KEYS)
    after = numbers[(numbers.index(before) + 1) % len(numbers)]
    with session.db.transaction() as t:
        store.retire_key(t, before, after, session.clock.age().timestamp(), withdraw=withdraw)
    session.configure(replace(session.config, options={**session.config.options, OPTION: after}))
    return key_numbered(after)


@cache
def stranger_key() -> SigningKey:
    """Return a key that nobody publishes, to sign what must be refused; made for this process."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return SigningKey(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), "SANDBOX-psc-inconnue")
