"""Which INS a mail carries, to whom, and what its documents print of it.

Source: docs/sources/insi.md (INS that leaves the software). Pure: a mail and its recipients in, the flow out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lgo_sandbox.watch.facts import Lazy
from lgo_sandbox.watch.ins_flows import InsFlow
from mss_mock.codes import PATIENT_DOMAIN
from mss_mock.facts import Mail

__all__ = ["flow_of"]


def flow_of(mail: Mail, recipients: Sequence[str]) -> InsFlow:
    """Return the flow of a mail: the matricules of its archives and of the citizens it is addressed to."""
    flow = InsFlow.found(lambda: _carried(mail, recipients), recipients, Lazy(lambda: _printed(mail)))
    if mail.content.taken and not (mail.read and mail.read.archives):
        for look in flow.looks:  # nothing is left to look at
            look.take()
    return flow


def _carried(mail: Mail, recipients: Sequence[str]) -> Iterator[str]:
    if mail.read is not None:
        yield from mail.read.matricules
    for address in recipients:
        name, _, domain = address.rpartition("@")
        if domain.lower() == PATIENT_DOMAIN:
            yield name


def _printed(mail: Mail) -> tuple[str, ...]:
    documents = mail.read.documents if mail.read is not None else ()
    return tuple(document.printed_ins for document in documents if document.printed_ins is not None)
