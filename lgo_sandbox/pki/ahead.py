"""Keys that are generated while the process still imports its modules: a new installation needs a dozen of them.

Generation does not hold the interpreter's lock, imports do: the two go on side by side. A key is given once; who finds
none generates it. Source: RSA of 2048 bits as in ``building``. Knows no certificate.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from threading import Thread

from cryptography.hazmat.primitives.asymmetric import rsa

__all__ = ["KEY_SIZE", "PUBLIC_EXPONENT", "begin_keys", "new_key"]

PUBLIC_EXPONENT = 65_537
KEY_SIZE = 2048
AT_FIRST = 13
"""What a new installation generates: four authorities, the server, four kinds of the pharmacy, four cards."""

_AHEAD: deque[Future[rsa.RSAPrivateKey]] = deque()


def begin_keys(state: Path) -> None:
    """Begin to generate the keys of a new installation; an existing one has them."""
    if not (state / "pki" / "pki.json").exists():
        _AHEAD.extend(Future() for _ in range(AT_FIRST))
        Thread(target=_generate, args=(list(_AHEAD),), name="keys", daemon=True).start()


def new_key() -> rsa.RSAPrivateKey:
    """Return a new key (some 30 to 50 ms, without holding the interpreter's lock), one made ahead if there is any."""
    try:
        ahead = _AHEAD.popleft()
    except IndexError:
        return _generated()
    return _generated() if ahead.cancel() else ahead.result()


def _generate(wanted: Sequence[Future[rsa.RSAPrivateKey]]) -> None:
    for future in wanted:
        if future.set_running_or_notify_cancel():
            future.set_result(_generated())


def _generated() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(PUBLIC_EXPONENT, KEY_SIZE)
