"""What another service of the sandbox asks of a citizen's mailbox, for the page that its owner reads it on.

Source: ``lgo_sandbox.gate.citizen_mail`` (ours: no protocol opens these mailboxes). What only looks leaves no exchange;
reading, writing and deleting do.
"""

from __future__ import annotations

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.citizen_mail import Asked, MailRefused, NotSealed, read_asked, refused, told
from lgo_sandbox.population.people import Patient
from lgo_sandbox.watch.refusals import Refusal
from lgo_sandbox.wire.http import RawResponse
from mss_mock.citizens.mailbox import CitizenBox
from mss_mock.citizens.robots import patient_of
from mss_mock.codes import GATEWAY_FAULTS

__all__ = ["CITIZEN_MAIL", "tell_mailbox"]

CITIZEN_MAIL = "citizen-mail"
"""The operation."""
NO_PATH = next(one for one in GATEWAY_FAULTS if one.name == "gateway-no-path")

_LOOKS = frozenset({"open", "file"})


async def tell_mailbox(call: Call) -> RawResponse:
    """Answer another service of the sandbox; for a client this address does not exist."""
    await call.enter(CITIZEN_MAIL)
    try:
        asked = read_asked(call)
    except NotSealed:
        return _unknown(call)
    call.quiet = asked.act in _LOOKS
    try:
        return _answered(call, asked, patient_of(call.session, asked.mailbox))
    except LookupError:
        return refused(MailRefused("state", "aucune messagerie n'a cette adresse", "l'adresse d'un usager", ""))
    except MailRefused as error:
        call.summarise(f"Messagerie de l'usager : {error.received[:200]}")
        return refused(error)


def _unknown(call: Call) -> RawResponse:
    """Answer as the gateway does where there is nothing, and explain it."""
    call.refuse(
        Refusal(
            code="citizen-mail",
            received=f"{call.exchange.target} sans le sceau d'un service de ce bac à sable",
            expected="un appel de la page de l'usager, dans Mon espace santé",
            where="URL",
            remedy="N'appelez pas cette adresse : personne n'ouvre la boîte d'un usager que lui. L'API de contrôle la "
            "montre (mss/mailboxes).",
            source="docs/sources/mssante.md#droit-de-repondre",
        )
    )
    call.summarise("Messagerie de l'usager : appel d'un autre qu'un service du bac à sable")
    return RawResponse(404, NO_PATH.text.encode(), NO_PATH.media)


def _answered(call: Call, asked: Asked, patient: Patient) -> RawResponse:
    box, more = CitizenBox(call.session, patient), asked.members
    if asked.act == "open":
        return told(box.opened())
    if asked.act == "file":
        file, mark, octets = box.file(more["mail"], more["part"])
        return told({"file": file, "mark": mark}, octets)
    if asked.act == "read":
        mails = box.read(more["mails"], more["representative"])
        receipts = [one.receipt for one in mails if one.receipt]
        said = f", accusé de lecture à {', '.join(dict.fromkeys(receipts))}" if receipts else ""
        call.summarise(f"Messagerie de l'usager : {patient.id} lit{said}")
        return told({"mails": mails})
    if asked.act == "write":
        to = box.write(
            more["to"],
            more["subject"],
            more["text"],
            more["answers"],
            more["representative"],
            asked.octets,
            more["name"],
        )
        call.summarise(f"Messagerie de l'usager : {patient.id} écrit à {to}")
        return told({"to": to})
    if asked.act == "state":
        box.set_open(taking=more["taking"] is True)
        call.summarise(f"Messagerie de l'usager : {patient.id} {'ouvre' if more['taking'] else 'ferme'} son espace")
        return told({})
    box.delete(more["mail"])
    call.summarise(f"Messagerie de l'usager : {patient.id} supprime un message")
    return told({})
