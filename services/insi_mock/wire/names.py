"""Names that the messages of INSi are made of: namespaces and media type, each written once.

Source: docs/sources/insi.md#point-d-acces (WSDL, high), #verification (the unit answer low, the others ours). Knows
nothing.
"""

from __future__ import annotations

from lgo_sandbox.wire.soap import SoapVersion

__all__ = [
    "BATCH_REQUEST",
    "BATCH_RESULT",
    "CONTENT_TYPE",
    "CONTEXT_BAM",
    "CONTEXT_LPS",
    "DECLARATION",
    "REQUEST_BY_CARD",
    "REQUEST_BY_TRAITS",
    "RESULT",
    "SIRAM",
    "SOAP",
    "VERIFICATION_REQUEST",
    "VERIFICATION_RESULT",
    "WSSE",
]

SOAP = SoapVersion.V12.namespace
REQUEST_BY_TRAITS = "http://www.cnamts.fr/INSiRecSans"
REQUEST_BY_CARD = "http://www.cnamts.fr/INSiRecVit"
RESULT = "http://www.cnamts.fr/INSiResultat"
VERIFICATION_REQUEST = "http://www.cnamts.fr/INSiLot2/REQUnitaire"
VERIFICATION_RESULT = "http://www.cnamts.fr/INSiLot2/REPUnitaire"
BATCH_REQUEST = "http://www.cnamts.fr/INSiLot2/REQMasse"
BATCH_RESULT = "http://www.cnamts.fr/INSiLot2/REPMasse"
CONTEXT_LPS = "urn:siram:lps:ctxlps"
CONTEXT_BAM = "urn:siram:bam:ctxbam"
SIRAM = "urn:siram"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"

CONTENT_TYPE = "application/soap+xml;charset=utf-8"
"""Of every answer; JAX-WS clients refuse any other."""
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
