"""``/pki``: the authorities, the revocation lists and the OCSP responder, and certificates on demand.

Source: RFC 5280 §5 (CRL), RFC 2585 §4.2 (its media type), RFC 6960 appendix A (OCSP over HTTP). Paths are those of the
machine the sandbox runs on; the answer carries the PEM too, for clients elsewhere.
"""

from __future__ import annotations

import asyncio
import binascii
from base64 import b64decode
from pathlib import Path
from typing import Any, TypeVar

from fastapi import APIRouter, Response
from fastapi import Request as HttpRequest

from lgo_sandbox.control.access import CurrentLauncher, CurrentSandbox
from lgo_sandbox.control.errors import INVALID, ControlError
from lgo_sandbox.control.models import IssueRequest
from lgo_sandbox.pki import Holder, Issued, Kind, Request, Variant
from lgo_sandbox.pki.holders import MAIN_STRUCTURE, SANDBOX_OPERATOR, organisation_holder, person_holder
from lgo_sandbox.population.people import Population
from lgo_sandbox.sandbox import Listeners, Sandbox
from lgo_sandbox.wire.quoting import quoted

__all__ = ["router"]

router = APIRouter(prefix="/pki", tags=["certificats"])

_Choice = TypeVar("_Choice", Kind, Variant)


@router.get("/ca.pem", response_class=Response)
async def authorities(sandbox: CurrentSandbox) -> Response:
    """Télécharger les autorités auxquelles un client doit faire confiance (PEM)."""
    return _download(sandbox.pki.ca_bundle, "application/x-pem-file")


@router.get("/ca.p12", response_class=Response)
async def authorities_store(sandbox: CurrentSandbox) -> Response:
    """Télécharger les mêmes autorités en magasin PKCS#12 (Java)."""
    return _download(sandbox.pki.ca_p12, "application/x-pkcs12")


@router.get("/crl/{name}.crl", response_class=Response)
async def revocation_list(launcher: CurrentLauncher, name: str) -> Response:
    """Télécharger la liste de révocation d'une autorité (DER)."""
    clock = launcher.sandbox.sessions.get(launcher.settings.session).clock
    try:
        octets = launcher.sandbox.pki.crl(name, clock.wire())
    except KeyError:
        raise ControlError(404, f"autorité inconnue : {quoted(name)}") from None
    return Response(octets, media_type="application/pkix-crl")


@router.get("/lookups")
async def lookups(sandbox: CurrentSandbox) -> list[dict[str, Any]]:
    """Lister les dernières questions sur la révocation (CRL, OCSP) : le logiciel en a-t-il posé ?"""
    return [lookup.to_json() for lookup in sandbox.pki.lookups.all()]


@router.post("/ocsp", response_class=Response)
async def ocsp_by_post(launcher: CurrentLauncher, request: HttpRequest) -> Response:
    """Demander en OCSP (POST) si un certificat est bon, révoqué ou inconnu."""
    return await _ocsp(launcher, await request.body())


@router.get("/ocsp/{request:path}", response_class=Response)
async def ocsp_by_get(launcher: CurrentLauncher, request: str) -> Response:
    """Demander en OCSP (GET, requête en base 64 dans l'adresse) si un certificat est bon, révoqué ou inconnu."""
    try:
        octets = b64decode(request, validate=True)
    except (binascii.Error, ValueError):
        octets = b""
    return await _ocsp(launcher, octets)


async def _ocsp(launcher: Listeners, octets: bytes) -> Response:
    clock = launcher.sandbox.sessions.get(launcher.settings.session).clock
    answer = await asyncio.to_thread(launcher.sandbox.pki.ocsp, octets, clock.wire())
    return Response(answer, media_type="application/ocsp-response")


@router.post("/issue", status_code=201)
async def issue(launcher: CurrentLauncher, wanted: IssueRequest) -> dict[str, Any]:
    """Émettre (ou redonner) un certificat, bon ou fautif, pour une session."""
    session = launcher.sandbox.sessions.get(wanted.session or launcher.settings.session).name
    request = _request(launcher.sandbox, wanted)
    try:
        issued = await asyncio.to_thread(launcher.sandbox.pki.issue_all, (request,), session=session)
    except ValueError:
        raise _unfit(wanted) from None
    return _published(issued[request.file_name])


def _request(sandbox: Sandbox, wanted: IssueRequest) -> Request:
    kind = _choice(Kind, wanted.kind, "kind")
    variant = _choice(Variant, wanted.variant, "variant")
    name = f"{kind}-{wanted.common_name.lower()}" if wanted.common_name else ""
    try:
        request = Request(
            kind, _holder(sandbox.people, kind, wanted), variant, tuple(wanted.hosts), wanted.common_name, name=name
        )
        _ = request.file_name
    except ValueError:
        raise _unfit(wanted) from None
    return request


def _unfit(wanted: IssueRequest) -> ControlError:
    names = ", ".join(quoted(name) for name in (wanted.common_name, *wanted.hosts) if name) or wanted.kind
    return ControlError(INVALID, f"ce certificat ne peut pas être émis : {names} ne convient pas comme nom")


def _holder(people: Population, kind: Kind, wanted: IssueRequest) -> Holder:
    if kind is Kind.SERVER:
        return SANDBOX_OPERATOR
    try:
        if kind in (Kind.CPS_AUTH, Kind.CPS_SIGN):
            if wanted.persona is None:
                raise ControlError(INVALID, f"{kind} : persona est obligatoire (la carte de qui ?)")
            return person_holder(people.persona(wanted.persona))
        return organisation_holder(people.structure(wanted.structure or MAIN_STRUCTURE))
    except KeyError as error:
        raise ControlError(
            INVALID, f"personne ou structure inconnue : {quoted(error.args[0])} (voir /_sandbox/v1/people)"
        ) from None


def _choice(values: type[_Choice], value: str, field: str) -> _Choice:
    try:
        return values(value)
    except ValueError:
        raise ControlError(
            INVALID, f"{field} : valeurs admises : {', '.join(member.value for member in values)}"
        ) from None


def _published(issued: Issued) -> dict[str, Any]:
    texts = {"cert_pem": issued.cert, "key_pem": issued.key, "chain_pem": issued.chain}
    pems = {name: path.read_text(encoding="ascii") for name, path in texts.items()}
    certificate = issued.certificate()
    names = {
        "subject": certificate.subject,
        "common_name": certificate.common_name,
        "organisational_unit": certificate.organisational_unit,
    }
    return {"name": issued.name, **issued.entry(), "chain": str(issued.chain), **names, **pems}


def _download(path: Path, media_type: str) -> Response:
    disposition = f'attachment; filename="{path.name}"'
    return Response(path.read_bytes(), media_type=media_type, headers={"content-disposition": disposition})
