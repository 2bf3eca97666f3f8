"""The description of the service (WSDL): requests as public clients write them, answers that are ours.

Source: docs/sources/apcv.md#wsdl (no official one is public). Complete in one document.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from xml.sax.saxutils import quoteattr

from apcv_mock.codes import SIMULATED
from apcv_mock.wire.names import AUTH_PATH, SIGN_PATH
from lgo_sandbox.wire.http import RawResponse

__all__ = ["wsdl"]

CONTENT_TYPE = "text/xml;charset=utf-8"


def wsdl(root: str) -> RawResponse:
    """Return the description, schemas included, with the addresses below ``root``."""
    text = _text().replace('"AUTH_ADDRESS"', quoteattr(root + AUTH_PATH))
    text = text.replace('"SIGN_ADDRESS"', quoteattr(root + SIGN_PATH))
    return RawResponse(200, text.encode(), CONTENT_TYPE, (("X-Simulation", SIMULATED),))


@cache
def _text() -> str:
    return files("apcv_mock").joinpath("apcv.wsdl").read_text(encoding="utf-8")
