"""The faults of the ApCV service: those of its family of téléservices in form, ours in codes and texts.

Source: docs/sources/apcv.md#refus. Knows the table of errors; decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from apcv_mock.codes import CODE_NOT_PUBLIC, ERRORS
from apcv_mock.wire.names import CONTENT_TYPE, DECLARATION, SIRAM, SOAP
from lgo_sandbox.contract import Problem, ProblemKind
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.soap import Fault, FaultCode, SoapVersion, write_fault

__all__ = ["fault", "not_understood", "problem", "version_mismatch"]

SIMULATION = ("X-Simulation", CODE_NOT_PUBLIC)


def fault(code: str, status: int = 500, named: str = "") -> RawResponse:
    """Return the fault of an error; ``named`` completes its label."""
    error = ERRORS[code]
    label = f"{error.label} : {named}" if named else error.label
    detail = f'<siram:Erreur xmlns:siram="{SIRAM}" code={quoteattr(code)}>{escape(label)}</siram:Erreur>'
    dressed = Fault(FaultCode.RECEIVER if error.receiver else FaultCode.SENDER, label, detail=detail.encode())
    return RawResponse(status, DECLARATION + write_fault(dressed), CONTENT_TYPE, (SIMULATION,))


def version_mismatch(version: SoapVersion) -> RawResponse:
    """Return the fault that tells a client to speak SOAP 1.2, in the version given (SOAP 1.2 part 1 §5.4.7)."""
    upgrade = (
        f'<env12:Upgrade xmlns:env12="{SOAP}"><env12:SupportedEnvelope qname="env12:Envelope"/></env12:Upgrade>'
    ).encode()
    mismatch = Fault(FaultCode.VERSION_MISMATCH, ERRORS["apcv_simule_version"].label)
    body = DECLARATION + write_fault(mismatch, headers=upgrade, version=version)
    return RawResponse(500, body, f"{version.media_type};charset=utf-8", (SIMULATION,))


def not_understood(blocks: Sequence[str]) -> RawResponse:
    """Return the fault that names the header blocks which are not of the contract (SOAP 1.2 part 1 §5.4.8)."""
    names = (block.removeprefix("{").rpartition("}") for block in blocks)
    told = "".join(
        f"<soap:NotUnderstood qname={quoteattr(f'q:{local}')}{f' xmlns:q={quoteattr(space)}' if space else ''}/>"
        for space, _, local in names
    )
    dressed = Fault(FaultCode.MUST_UNDERSTAND, ERRORS["apcv_simule_en_tete"].label)
    return RawResponse(500, DECLARATION + write_fault(dressed, headers=told.encode()), CONTENT_TYPE, (SIMULATION,))


_PROBLEMS = {
    ProblemKind.TOO_LARGE: "apcv_simule_taille",
    ProblemKind.UNKNOWN_SESSION: "apcv_simule_session",
    ProblemKind.REQUEST: "apcv_simule_enveloppe",
    ProblemKind.CERTIFICATE: "apcv_simule_certificat",
    ProblemKind.FAULT: "apcv_simule_indisponible",
    ProblemKind.STORE: "apcv_simule_stockage",
}


def problem(problem: Problem) -> RawResponse:
    """Return what the sandbox itself refuses. A certificate and a store are told as a SOAP stack reads them."""
    default = "apcv_simule_adresse" if problem.status < 500 else "apcv_simule_interne"
    status = 500 if problem.kind is ProblemKind.CERTIFICATE else problem.status
    named = problem.message if problem.kind is ProblemKind.STORE else ""
    response = fault(_PROBLEMS.get(problem.kind, default), status, named)
    headers = (*response.headers, *problem.headers.items())
    return RawResponse(response.status, response.body, response.content_type, headers)
