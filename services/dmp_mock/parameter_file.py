"""``GET /web/dmp/documents/param-lps``: what a client reads before its first call, and keeps for a day.

Source: docs/sources/dmp.md#param-lps (EX_GEN-1540, EX_GEN-1222). No certificate is asked for, as on a public site. What
the file says is what the server holds to: its parameters are options of the session.
"""

from __future__ import annotations

from dmp_mock import options
from dmp_mock.codes import parameters as codes
from dmp_mock.facts import ParametersGiven
from dmp_mock.web.site import WEBPS
from dmp_mock.wire.parameters import write_parameters
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse

__all__ = ["parameter_file", "redirected_file"]

_SIMULATED = ("X-Simulation", "DMP-PARAM-LPS")


async def parameter_file(call: Call) -> RawResponse:
    """Answer the file, or where it is."""
    redirect = options.redirect(call.session)
    if not redirect:
        return await redirected_file(call)
    await call.enter(codes.FETCH)
    call.note(ParametersGiven(redirected=True))
    call.summarise(f"DMP : param-lps, redirection {redirect}")
    location = f"{call.url(tls=call.tls)}{codes.REDIRECTED}"
    return RawResponse(redirect, b"", "text/plain", (("Location", location), _SIMULATED))


async def redirected_file(call: Call) -> RawResponse:
    """Answer the file itself."""
    await call.enter(codes.FETCH)
    call.note(ParametersGiven(redirected=False))
    call.summarise("DMP : fichier de paramètres (param-lps)")
    own, pages = options.parameters(call.session), f"{call.url(WEBPS.door)}/AccesDirect"
    values = {
        codes.MINORS: _told(own.minors),
        codes.MAJORITY: str(own.majority),
        codes.CUMUL: _told(own.cumul),
        **{name: f"{pages}/{page}" for name, page in codes.WEB_PS.items()},
    }
    kept = ("Cache-Control", f"max-age={codes.CACHED.total_seconds():.0f}")
    return RawResponse(200, write_parameters(values), "application/xml; charset=UTF-8", (kept, _SIMULATED))


def _told(value: bool) -> str:
    return "true" if value else "false"
