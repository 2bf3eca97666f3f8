"""A TLS context that lets every certificate of a known authority through the handshake, whatever its usages.

OpenSSL refuses in the handshake a client certificate that is not for clients, and Python's ``ssl`` has no word for the
purpose (X509_VERIFY_PARAM_set_purpose(3), purpose ``any``); the service would have nobody left to explain it to. The
context of OpenSSL is found in the one of Python, and is recognised by its method before anything is called on it: where
it is not (another Python, a static build), nothing changes. Chain, depth and authorities are verified as before.
Source: docs/decisions/0014-certificates-without-clientauth.md. Knows no certificate.
"""

from __future__ import annotations

import _ssl
import ctypes
import logging
import os
import ssl
from contextlib import closing

__all__ = ["admit_any_purpose"]

LOG = logging.getLogger(__name__)

PURPOSE_ANY = 7
"""X509_PURPOSE_ANY of ``openssl/x509v3.h``."""
_HEAD = 4
"""How many words of an SSL_CTX are looked at for its method: the first or second is it (OpenSSL 1.1.1, 3.x)."""
_WORD = ctypes.sizeof(ctypes.c_void_p)


class _Unknown(Exception):
    """This Python or its OpenSSL is not made as expected."""


def admit_any_purpose(context: ssl.SSLContext) -> bool:
    """Let client certificates of any purpose through the handshakes of a server; False when this Python cannot."""
    try:
        library = _library()
        native = _native(context, library.TLS_server_method())
        done = bool(library.X509_VERIFY_PARAM_set_purpose(library.SSL_CTX_get0_param(native), PURPOSE_ANY))
    except (_Unknown, OSError, AttributeError, ValueError) as error:
        LOG.info("client certificates without clientAuth are refused in the handshake: %s", error)
        return False
    return done


def _library() -> ctypes.CDLL:
    """Return the OpenSSL that ``ssl`` itself is linked with. Raises OSError, AttributeError."""
    library = ctypes.CDLL(getattr(_ssl, "__file__", None))
    library.TLS_server_method.restype = ctypes.c_void_p
    library.SSL_CTX_get0_param.argtypes, library.SSL_CTX_get0_param.restype = [ctypes.c_void_p], ctypes.c_void_p
    library.X509_VERIFY_PARAM_set_purpose.argtypes = [ctypes.c_void_p, ctypes.c_int]
    return library


def _native(context: ssl.SSLContext, method: int) -> int:
    """Return the SSL_CTX of a context, which follows the head of the Python object. Raises _Unknown, OSError."""
    address = ctypes.c_void_p.from_address(id(context) + object.__basicsize__).value
    if not address or method not in _words(address):
        raise _Unknown("no SSL_CTX where CPython has it")
    return address


def _words(address: int) -> list[int]:
    """Return the words at an address. The kernel copies them, and looks before.

    Raises OSError, ValueError when there is no memory.
    """
    reading, writing = os.pipe()
    with closing(os.fdopen(reading, "rb", buffering=0)) as copied:
        try:
            os.write(writing, (ctypes.c_char * (_HEAD * _WORD)).from_address(address))
        finally:
            os.close(writing)
        return list((ctypes.c_size_t * _HEAD).from_buffer_copy(copied.read(_HEAD * _WORD)))
