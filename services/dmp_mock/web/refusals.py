"""How a page says no: what happened and what to do, with the facts of the finding that explains it.

Source: design of the project (no refusal without a finding); the texts are ours. Knows no page.
"""

from __future__ import annotations

from dmp_mock.domain.errors import Refused, XdsFailure
from dmp_mock.noting import told_errors, told_refusal
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.watch import refusals
from lgo_sandbox.watch.refusals import Refusal

__all__ = ["Told", "noted"]

# lgo_sandbox.watch.refusals.Refused
#   Told         a page that says no, beside the refusals of the rules

SOURCE = "docs/sources/dmp.md#web-ps"


class Told(refusals.Refused):
    """A page says no. ``title`` is its heading; ``link`` and ``label`` the way on."""

    def __init__(
        self,
        code: str,
        title: str,
        *,
        received: str,
        expected: str,
        remedy: str,
        where: str = "",
        status: int = 403,
        link: str = "",
        label: str = "",
    ) -> None:
        super().__init__(code, title, received=received, expected=expected, where=where, remedy=remedy)
        self.title, self.status, self.link, self.label = title, status, link, label


def noted(call: Call, refused: Told | Refused | XdsFailure) -> Refusal:
    """Note why a page is refused; return what is told of it."""
    if isinstance(refused, Told):
        told = refused.refusal(remedy=refused.remedy, message=refused.title, source=SOURCE)
    elif isinstance(refused, Refused):
        told = told_refusal(refused, refused.detail or refused.received)
    else:
        call.note(told_errors(refused.errors))
        told = refused.errors[0].refusal()
    call.refuse(told)
    call.summarise(f"{call.exchange.operation} refusée : {told.message or told.received}")
    return told
