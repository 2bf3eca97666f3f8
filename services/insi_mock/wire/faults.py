"""The faults of INSi in the dialects of their two emitters: the gateway (``desir_…``), the application (``insi_…``).

Source: docs/sources/insi.md#fautes (captures of both, and of the gateway before 2023, high). Clients look for literal
prefixes in them. Knows the table of errors; decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from insi_mock.codes import ERRORS, REASONS, Error
from insi_mock.wire.names import CONTENT_TYPE, DECLARATION, SIRAM, SOAP
from lgo_sandbox.contract import Problem, ProblemKind
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.soap import Dialect, Fault, FaultCode, NotSoap, SoapVersion, read_envelope, write_fault

__all__ = ["fault", "not_understood", "problem", "version_mismatch"]

SIMULATION = "X-Simulation"

GATEWAY = Dialect(prefix="soap", body_prefix="env")
APPLICATION = Dialect(
    prefix="soap",
    body_prefix="env",
    fault_prefix="S",
    body_namespaces={"S": SOAP, "env": SOAP},
    fault_namespaces={"ns4": SoapVersion.V11.namespace},
)


def fault(
    code: str, message_id: str | None = None, status: int = 500, *, former: bool = False, named: str = ""
) -> RawResponse:
    """Return the fault of an error, in the dialect of who emits it: the gateway (``desir_``) or the application.

    ``former``: the gateway of before 2023, which spoke as the application does. ``named`` completes the label.
    """
    error = ERRORS[code]
    gateway = code.startswith("desir_") and not former
    dressed = Fault(
        FaultCode.RECEIVER if error.receiver else FaultCode.SENDER,
        REASONS[error.siram],
        subcode=error.siram,
        lang="fr" if gateway else "en",
        detail=_detail(error, message_id, named),
    )
    body = DECLARATION + write_fault(dressed, dialect=GATEWAY if gateway else APPLICATION)
    return RawResponse(status, body, CONTENT_TYPE, _simulation(error.simulation))


def _detail(error: Error, message_id: str | None, named: str) -> bytes:
    """Write the detail by hand: the service declares the namespace after the attributes, no XML library does."""
    values = {"code": error.code, "severite": error.severity, "messageID": message_id}
    attributes = "".join(
        f" {name}={quoteattr(value)}" for name in error.attributes if (value := values[name]) is not None
    )
    label = escape(f"{error.label} : {named}" if named else error.label)
    return f'<siram:Erreur{attributes} xmlns:siram="{SIRAM}">{label}</siram:Erreur>'.encode()


def _simulation(value: str) -> tuple[tuple[str, str], ...]:
    return ((SIMULATION, value),) if value else ()


def version_mismatch(version: SoapVersion) -> RawResponse:
    """Return the fault that tells a client to speak SOAP 1.2, in the version given (SOAP 1.2 part 1 §5.4.7)."""
    upgrade = (
        f'<env12:Upgrade xmlns:env12="{SOAP}"><env12:SupportedEnvelope qname="env12:Envelope"/></env12:Upgrade>'
    ).encode()
    error = ERRORS["desir_simule_version"]
    mismatch = Fault(FaultCode.VERSION_MISMATCH, error.label)
    body = DECLARATION + write_fault(mismatch, headers=upgrade, version=version)
    return RawResponse(500, body, f"{version.media_type};charset=utf-8", _simulation(error.simulation))


def not_understood(blocks: Sequence[str]) -> RawResponse:
    """Return the fault that names the header blocks which are not of the contract (SOAP 1.2 part 1 §5.4.8)."""
    names = (block.removeprefix("{").rpartition("}") for block in blocks)
    told = "".join(
        f"<soap:NotUnderstood qname={quoteattr(f'q:{local}')}{f' xmlns:q={quoteattr(space)}' if space else ''}/>"
        for space, _, local in names
    )
    error = ERRORS["desir_simule_en_tete"]
    body = DECLARATION + write_fault(Fault(FaultCode.MUST_UNDERSTAND, error.label), headers=told.encode())
    return RawResponse(500, body, CONTENT_TYPE, _simulation(error.simulation))


_PROBLEMS = {
    ProblemKind.TOO_LARGE: "desir_simule_taille",
    ProblemKind.UNKNOWN_SESSION: "desir_simule_session",
    ProblemKind.REQUEST: "desir_simule_enveloppe",
    ProblemKind.CERTIFICATE: "desir_560",
    ProblemKind.STORE: "desir_simule_stockage",
}


def problem(problem: Problem) -> RawResponse:
    """Return what the sandbox itself refuses as a fault of the gateway. An armed fault is an unavailable service.

    A store that cannot be used is named, for nobody else can mend it. A certificate is refused as the gateway does one
    of another family, so that SOAP stacks read the fault.
    """
    status = 500 if problem.kind is ProblemKind.CERTIFICATE else problem.status
    named = problem.message if problem.kind is ProblemKind.STORE else ""
    response = fault(_problem_code(problem), _message_id(problem.body), status, named=named)
    return RawResponse(
        response.status, response.body, response.content_type, (*response.headers, *problem.headers.items())
    )


def _problem_code(problem: Problem) -> str:
    if problem.kind is ProblemKind.FAULT:
        return "desir_1020"
    default = "desir_simule_adresse" if problem.status < 500 else "desir_simule_interne"
    return _PROBLEMS.get(problem.kind, default)


def _message_id(body: bytes) -> str | None:
    try:
        return read_envelope(body).message_id
    except NotSoap:
        return None
