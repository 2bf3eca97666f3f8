"""Who calls a back-channel endpoint: client credentials and certificate of an exchange.

Source: docs/sources/psc.md#certificat-client, #erreurs-du-point-jeton; the certificate is judged in age time. On the
plain port the absence of a certificate is waived and ``checks`` says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.oauth import FORM
from psc_mock import wire
from psc_mock.codes import SECRET_PARAMETERS
from psc_mock.domain.clients import CertificateShown, Client, check_certificate_alone, check_credentials
from psc_mock.domain.refusals import ABSENT, Refused, told
from psc_mock.facts import CertificateSeen, ClientSeen, FormSent, UrlSeen
from psc_mock.registry import enrolled

__all__ = ["Entered", "authenticate", "authenticate_by_certificate", "entered", "missing", "url_seen"]

MAX_TYPE = 100


@dataclass(frozen=True, slots=True)
class Entered:
    """The form of a back-channel request; ``unreadable`` is what to raise, once the operation is entered."""

    fields: Mapping[str, str]
    unreadable: Refused | None

    def read(self) -> Mapping[str, str]:
        """Return the parameters. Raises Refused."""
        if self.unreadable:
            raise self.unreadable
        return self.fields


async def entered(call: Call, operation: str, note: Callable[[Mapping[str, str]], None] | None = None) -> Entered:
    """Read the form, note what it tells, and let armed faults act, which look for the client that it claims to be."""
    try:
        form = Entered(wire.form(call.body), None)
    except Refused as refused:
        form = Entered({}, refused)
    headers = call.headers
    call.note(
        FormSent(content_type=headers.get("content-type", "")[:MAX_TYPE]),
        url_seen(call),
    )
    if note is not None:
        note(form.fields)
    await call.enter(operation, _claimed(call, form.fields))
    return form


def url_seen(call: Call) -> UrlSeen:
    """Return what there is to say of the URL."""
    names = [pair.partition("=")[0] for pair in call.query.split("&")] if call.query else ()
    in_tls = call.url()
    return UrlSeen(
        secrets=tuple(sorted({name for name in names if name in SECRET_PARAMETERS})),
        in_tls=in_tls if in_tls.startswith("https:") else "",
    )


def missing(call: Call, code: str, name: str, fields: Mapping[str, str]) -> Refused:
    """Return what to raise for a parameter that is not in the form; a body of another type is the likely reason."""
    sent = call.headers.get("content-type", "").partition(";")[0].strip()[:MAX_TYPE]
    if call.body and sent.lower() != FORM:
        received = f"corps annoncé {sent or 'sans type'}, lu comme un formulaire : {told(name, fields.get(name))}"
        remedy = f"Envoyer Content-Type: {FORM}, et le corps sous la forme {name}=valeur&…"
        return Refused(code, received=received, remedy=remedy, where="en-tête Content-Type")
    return Refused(code, received=told(name, fields.get(name)), where=f"paramètre {name} du corps")


def authenticate(call: Call, fields: Mapping[str, str]) -> Client:
    """Return the enrolled client that calls. Raises Refused, status 401."""
    shown = certificate_shown(call)
    _note(call, None, shown)
    claims = wire.client_credentials(call.headers.get("authorization"), fields)
    refusal = None
    for number, (client_id, secret) in enumerate(claims):
        client = enrolled(call.sandbox, call.session, client_id)
        if client is None:
            continue
        _note(call, client, shown, verbatim=number > 0)
        try:
            check_credentials(client, secret, shown)
        except Refused as refused:
            refusal = refused
        else:
            return client
    raise refusal or _unknown(call, claims[0][0] if claims else None, fields)


def authenticate_by_certificate(call: Call, fields: Mapping[str, str]) -> Client:
    """Return the client that the form names and the certificate proves. Raises Refused, status 401."""
    shown = certificate_shown(call)
    client = enrolled(call.sandbox, call.session, fields.get("client_id", ""))
    _note(call, client, shown)
    if client is None:
        raise _unknown(call, fields.get("client_id"), fields)
    check_certificate_alone(client, shown)
    return client


def certificate_shown(call: Call) -> CertificateShown:
    """Return the client certificate of the exchange, judged."""
    judgement = call.judge_peer()
    if call.peer is None or judgement is None:
        return CertificateShown(ABSENT, waived=not call.tls)
    peer = call.peer
    return CertificateShown(judgement.value, peer.family.value, peer.organisational_unit, peer.common_name)


def _note(call: Call, client: Client | None, shown: CertificateShown, *, verbatim: bool = False) -> None:
    seen = CertificateSeen(judgement=shown.judgement, family=shown.family, ou=shown.ou, cn=shown.cn)
    client_id, space = (client.client_id, client.space) if client else ("", "")
    call.note(ClientSeen(client_id=client_id, space=space, certificate=seen, verbatim=verbatim))


def _claimed(call: Call, fields: Mapping[str, str]) -> str:
    try:
        claims = wire.client_credentials(call.headers.get("authorization"), fields)
    except Refused:
        return ""
    return claims[0][0] if claims else ""


def _unknown(call: Call, client_id: str | None, fields: Mapping[str, str]) -> Refused:
    if client_id is None:
        return missing(call, "client_unknown", "client_id", fields)
    where = "en-tête Authorization" if "authorization" in call.headers else "paramètre client_id du corps"
    return Refused("client_unknown", received=told("client_id", client_id), where=where)
