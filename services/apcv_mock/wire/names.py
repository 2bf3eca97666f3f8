"""Names that the messages of the ApCV service are made of: namespaces, paths and media type, each written once.

Source: docs/sources/apcv.md#operations (medium), #en-tetes. Knows nothing.
"""

from __future__ import annotations

from lgo_sandbox.wire.soap import SoapVersion

__all__ = [
    "AUTH",
    "AUTH_PATH",
    "CONTENT_TYPE",
    "CONTEXT_BAM",
    "CONTEXT_LPS",
    "DECLARATION",
    "SIGN",
    "SIGN_PATH",
    "SIRAM",
    "SOAP",
    "WSSE",
]

SOAP = SoapVersion.V12.namespace
AUTH = "http://www.sesam-vitale.fr/apcv/auth/1/0"
SIGN = "http://www.sesam-vitale.fr/apcv/sign/1/0"
AUTH_PATH = "/wssoap/apcv/auth/1/0"
SIGN_PATH = "/wssoap/apcv/sign/1/0"
CONTEXT_LPS = "urn:siram:lps:ctxlps"
CONTEXT_BAM = "urn:siram:bam:ctxbam"
SIRAM = "urn:siram"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"

CONTENT_TYPE = "application/soap+xml;charset=utf-8"
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
