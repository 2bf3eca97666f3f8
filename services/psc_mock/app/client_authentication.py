"""Who calls a back-channel endpoint: client credentials and certificate of an exchange.

Source: specs/psc.md §1.4, §1.7, §9.9; the certificate is judged in age time. On the plain port the absence of a
certificate is waived and ``checks`` says so.
"""

from __future__ import annotations

from collections.abc import Mapping

from lgo_sandbox.gate.asgi import Call
from psc_mock import wire
from psc_mock.codes import TRUST
from psc_mock.domain.clients import ABSENT, CertificateShown, Client, check_certificate_alone, check_credentials
from psc_mock.domain.refusals import Refused
from psc_mock.registry import enrolled

__all__ = ["authenticate", "authenticate_by_certificate", "note_client"]


def note_client(call: Call, fields: Mapping[str, str]) -> None:
    """Note which client the exchange claims to come from, before faults look for it."""
    try:
        claimed = wire.client_credentials(call.headers.get("authorization"), fields)
    except Refused:
        claimed = []
    call.note(client_id=claimed[0][0] if claimed else "")


def authenticate(call: Call, fields: Mapping[str, str]) -> Client:
    """Return the enrolled client that calls. Raises Refused, status 401."""
    shown = certificate_shown(call)
    call.note(certificate={"judgement": shown.judgement, "family": shown.family, "ou": shown.ou, "cn": shown.cn})
    refusal = Refused("client_unknown")
    for client_id, secret in wire.client_credentials(call.headers.get("authorization"), fields):
        client = enrolled(call.sandbox, call.session, client_id)
        if client is None:
            continue
        call.note(client_id=client_id, space=client.space)
        try:
            check_credentials(client, secret, shown)
        except Refused as refused:
            refusal = refused
        else:
            return client
    raise refusal


def authenticate_by_certificate(call: Call, fields: Mapping[str, str]) -> Client:
    """Return the client that the form names and the certificate proves. Raises Refused, status 401."""
    shown = certificate_shown(call)
    call.note(certificate={"judgement": shown.judgement, "family": shown.family, "ou": shown.ou, "cn": shown.cn})
    client = enrolled(call.sandbox, call.session, fields.get("client_id", ""))
    if client is None:
        raise Refused("client_unknown")
    call.note(client_id=client.client_id, space=TRUST)
    check_certificate_alone(client, shown)
    return client


def certificate_shown(call: Call) -> CertificateShown:
    """Return the client certificate of the exchange, judged."""
    judgement = call.judge_peer()
    if call.peer is None or judgement is None:
        return CertificateShown(ABSENT, waived=not call.tls)
    peer = call.peer
    return CertificateShown(judgement.value, peer.family.value, peer.organisational_unit, peer.common_name)
