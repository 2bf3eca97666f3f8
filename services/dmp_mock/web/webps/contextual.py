"""What is noted of a page about a patient: which one, whether a software or another page led there, whether it shows.

Source: docs/sources/dmp.md#web-ps; Fetch Metadata (Sec-Fetch-Site), which browsers send by themselves. Knows no rule.
"""

from __future__ import annotations

from dmp_mock.facts import WebPsOpened
from lgo_sandbox.gate.asgi import Call

__all__ = ["note_page"]

_OWN = frozenset({"same-origin", "same-site"})


def note_page(call: Call, *, holder: str = "", shown: bool = False) -> None:
    """Note that the first page of a room about a patient was asked for; the pages behind it are none's call."""
    matricule, parts = call.path_params.get("ins", ""), str(call.scope["path"]).strip("/").split("/")
    if call.method != "GET" or not matricule or parts[-1] != matricule or len(parts) < 2:
        return
    opened = WebPsOpened(
        matricule=matricule.upper()[:30],
        room=parts[-2][:40],
        holder=holder,
        from_page=call.headers.get("sec-fetch-site", "") in _OWN,
        shown=shown,
    )
    call.note(opened)
