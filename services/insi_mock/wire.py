"""Octets of INSi and the values they carry: requests, answers, faults; and an exchange decoded for people.

Source: specs/insi.md §1.1–1.5 (messages, high) and §2.2 (the two dialects of faults, high); the layout of an answer 01
and the XML declaration of faults are ours by analogy (low). The octets of an answer are a contract: clients compare
prefixes as text, so they are written, not serialised. Knows no rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from insi_mock.codes import ERRORS, LABELS, REASONS, Error
from insi_mock.domain import Answer, Identity, Refused, Traits
from lgo_sandbox.contract import Decoded, Problem, ProblemKind
from lgo_sandbox.journal import Exchange
from lgo_sandbox.people import FormerMatricule
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.saml import SAML
from lgo_sandbox.wire.soap import (
    Dialect,
    Envelope,
    Fault,
    FaultCode,
    NotSoap,
    SoapVersion,
    UnknownSoapVersion,
    read_envelope,
    soap_action_of,
    write_envelope,
    write_fault,
)

__all__ = [
    "OPERATIONS",
    "Context",
    "OperationShape",
    "WrongVersion",
    "answer",
    "assertion_of",
    "context_of",
    "decode",
    "fault",
    "operation_of",
    "problem",
    "read",
    "traits_of",
    "version_mismatch",
    "wsdl",
]

SOAP = SoapVersion.V12.namespace
REQUEST_BY_TRAITS = "http://www.cnamts.fr/INSiRecSans"
REQUEST_BY_CARD = "http://www.cnamts.fr/INSiRecVit"
RESULT = "http://www.cnamts.fr/INSiResultat"
CONTEXT_LPS = "urn:siram:lps:ctxlps"
CONTEXT_BAM = "urn:siram:bam:ctxbam"
SIRAM = "urn:siram"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"

CONTENT_TYPE = "application/soap+xml;charset=utf-8"
"""JAX-WS clients refuse any other (specs/insi.md §1.1)."""
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
SIMULATION = "X-Simulation"

GATEWAY = Dialect(prefix="soap", body_prefix="env")
APPLICATION = Dialect(
    prefix="soap",
    body_prefix="env",
    fault_prefix="S",
    body_namespaces={"S": SOAP, "env": SOAP},
    fault_namespaces={"ns4": SoapVersion.V11.namespace},
)


@dataclass(frozen=True, slots=True)
class OperationShape:
    """How a request of one operation is recognised: its action, the name of its body element."""

    name: str
    body: str

    @property
    def action(self) -> str:
        """The WS-Addressing and HTTP action."""
        return f"urn:ServiceIdentiteCertifiee:1.0.0:{self.name}"


BY_TRAITS = OperationShape("rechercherInsAvecTraitsIdentite", f"{{{REQUEST_BY_TRAITS}}}RECSANSVITALE")
BY_CARD = OperationShape("rechercherInsAvecCarteVitale", f"{{{REQUEST_BY_CARD}}}RECVITALE")
OPERATIONS = (BY_TRAITS, BY_CARD)


# --- reading ---------------------------------------------------------------------------------------------------------


class WrongVersion(Exception):
    """An envelope of another SOAP version; ``answered_in`` is the version the refusal is written in."""

    def __init__(self, answered_in: SoapVersion) -> None:
        super().__init__(answered_in.name)
        self.answered_in = answered_in


def read(body: bytes) -> Envelope:
    """Return the envelope of a request. Raises Refused for what is none, WrongVersion for another SOAP version."""
    try:
        envelope = read_envelope(body)
    except UnknownSoapVersion as error:
        raise WrongVersion(SoapVersion.V12) from error
    except NotSoap as error:
        raise Refused("desir_simule_enveloppe", error.reason[:300], "une enveloppe SOAP 1.2") from error
    if envelope.version is not SoapVersion.V12:
        raise WrongVersion(envelope.version)
    return envelope


def operation_of(envelope: Envelope, content_type: str | None) -> OperationShape:
    """Return the operation that the HTTP action, else wsa:Action, else the body names. Raises Refused.

    The address is shared with other téléservices, so an action of theirs is unknown here; so is a body that is not
    the action's.
    """
    action, body = soap_action_of(content_type) or envelope.action, envelope.body_qname
    for shape in OPERATIONS:
        if body == shape.body and action in (None, "", shape.action):
            return shape
    expected = " ou ".join(f"{shape.action} avec {shape.body}" for shape in OPERATIONS)
    raise Refused("desir_simule_action", f"action « {action or ''} », contenu « {body or ''} »", expected)


@dataclass(frozen=True, slots=True)
class Context:
    """What the two context blocks say of the software and of the call; "" for what is absent."""

    version: str
    id: str
    time: str
    idam: str
    software: str
    instance: str
    bam_version: str
    bam_id: str
    bam_time: str


def context_of(envelope: Envelope) -> Context:
    """Return the contexts. Raises Refused when a block, or COUVERTURE (empty without card), is absent."""
    lps = envelope.header(f"{{{CONTEXT_LPS}}}ContexteLPS")
    bam = envelope.header(f"{{{CONTEXT_BAM}}}ContexteBAM")
    if lps is None or bam is None or bam.find(f"{{{CONTEXT_BAM}}}COUVERTURE") is None:
        seen = ", ".join(etree.QName(block).localname for block in envelope.headers)
        raise Refused("desir_simule_contexte", f"blocs reçus : {seen}", "ContexteLPS, ContexteBAM et sa COUVERTURE")
    product = f"{{{CONTEXT_LPS}}}LPS/{{{CONTEXT_LPS}}}"
    return Context(
        version=lps.get("Version") or "",
        id=_text(lps, f"{{{CONTEXT_LPS}}}Id"),
        time=_text(lps, f"{{{CONTEXT_LPS}}}Temps"),
        idam=_text(lps, f"{product}IDAM"),
        software=_text(lps, f"{product}Nom"),
        instance=_text(lps, f"{product}Instance"),
        bam_version=bam.get("Version") or "",
        bam_id=_text(bam, f"{{{CONTEXT_BAM}}}Id"),
        bam_time=_text(bam, f"{{{CONTEXT_BAM}}}Temps"),
    )


def traits_of(envelope: Envelope) -> Traits:
    """Return the traits of a RECSANSVITALE, verbatim: the service refuses, it never normalises."""
    body = envelope.body
    if body is None:
        return Traits()
    first_names = [_string(each) for each in body.iterfind(f"{{{REQUEST_BY_TRAITS}}}Prenom")]
    birth_name, sex, birth_date, birth_place = (
        _text(body, f"{{{REQUEST_BY_TRAITS}}}{name}")
        for name in ("NomNaissance", "Sexe", "DateNaissance", "LieuNaissance")
    )
    return Traits(birth_name, " ".join(first_names), sex, birth_date, birth_place)


def assertion_of(envelope: Envelope) -> etree._Element | None:
    """Return the first SAML assertion of wsse:Security, the professional's; the block may be absent or empty."""
    security = envelope.header(f"{{{WSSE}}}Security")
    return None if security is None else security.find(f"{{{SAML}}}Assertion")


def _text(parent: etree._Element, path: str) -> str:
    found = parent.find(path)
    return "" if found is None else _string(found)


def _string(element: etree._Element) -> str:
    return str(element.xpath("string()"))


# --- answers ---------------------------------------------------------------------------------------------------------


def answer(found: Answer, serialisation: str = "G3") -> RawResponse:
    """Return the answer in the layout of a generation of the service: G3 (since 2022) or G1 (before)."""
    old = serialisation == "G1"
    code = _element("CodeCR", found.code.value) + _element("LibelleCR", LABELS[found.code])
    content = _group("CR", code) + (_individual(found.identity, old=old) if found.identity else "")
    return RawResponse(200, _g1(content) if old else _g3(content), CONTENT_TYPE)


def _g3(content: str) -> bytes:
    result = (
        f'<RESULTAT xmlns="{RESULT}" xmlns:ns0="{REQUEST_BY_CARD}" xmlns:ns1="{REQUEST_BY_TRAITS}">{content}</RESULTAT>'
    )
    dialect = Dialect(prefix="soap", body_prefix="env", body_namespaces={"S": SOAP, "env": SOAP})
    return DECLARATION + write_envelope(result.encode(), dialect=dialect)


def _g1(content: str) -> bytes:
    declared = f'xmlns:ns3="{REQUEST_BY_CARD}" xmlns:ns2="{RESULT}" xmlns="{REQUEST_BY_TRAITS}"'
    prefixed = content.replace("</", "\0").replace("<", "<ns2:").replace("\0", "</ns2:")
    return write_envelope(f"<ns2:RESULTAT {declared}>{prefixed}</ns2:RESULTAT>".encode())


def _individual(identity: Identity, *, old: bool) -> str:
    first_name = _element("Prenom", next(iter(identity.first_names), "")) if old else ""
    traits = (
        _element("NomNaissance", identity.birth_name)
        + first_name
        + _element("ListePrenom", " ".join(identity.first_names))
        + _element("Sexe", identity.sex)
        + _element("DateNaissance", identity.birth_date)
        + _element("LieuNaissance", identity.birth_place)
    )
    active = _group("INSACTIF", _matricule(identity.matricule, identity.oid))
    history = "".join(_group("INSHISTO", _former(former)) for former in identity.history)
    return _group("INDIVIDU", active + history + _group("TIQ", traits))


def _former(former: FormerMatricule) -> str:
    dates = _element("DateDeb", former.start) + _element("DateFin", former.end)
    return _matricule(former.matricule, former.oid) + dates


def _matricule(matricule: str, oid: str) -> str:
    number = _element("NumIdentifiant", matricule[:13]) + _element("Cle", matricule[13:])
    return _group("IdIndividu", number) + _element("OID", oid)


def _element(name: str, text: str) -> str:
    """Return an element, or nothing when there is no text: the schema has it absent rather than empty."""
    return _group(name, escape(text)) if text else ""


def _group(name: str, content: str) -> str:
    return f"<{name}>{content}</{name}>"


# --- faults ----------------------------------------------------------------------------------------------------------


def fault(code: str, message_id: str | None = None, status: int = 500) -> RawResponse:
    """Return the fault of an error, in the dialect of who emits it: the gateway (``desir_``) or the application."""
    error = ERRORS[code]
    gateway = code.startswith("desir_")
    dressed = Fault(
        FaultCode.RECEIVER if error.receiver else FaultCode.SENDER,
        REASONS[error.siram],
        subcode=error.siram,
        lang="fr" if gateway else "en",
        detail=_detail(error, message_id),
    )
    body = DECLARATION + write_fault(dressed, dialect=GATEWAY if gateway else APPLICATION)
    return RawResponse(status, body, CONTENT_TYPE, _simulation(error.simulation))


def _detail(error: Error, message_id: str | None) -> bytes:
    values = {"code": error.code, "severite": error.severity, "messageID": message_id}
    attributes = "".join(
        f" {name}={quoteattr(value)}" for name in error.attributes if (value := values[name]) is not None
    )
    return f'<siram:Erreur xmlns:siram="{SIRAM}"{attributes}>{escape(error.label)}</siram:Erreur>'.encode()


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


_PROBLEMS = {ProblemKind.TOO_LARGE: "desir_simule_taille", ProblemKind.UNKNOWN_SESSION: "desir_simule_session"}


def problem(problem: Problem) -> RawResponse:
    """Return what the sandbox itself refuses as a fault of the gateway. An armed fault is an unavailable service."""
    response = fault(_problem_code(problem), _message_id(problem.body), problem.status)
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


# --- description, and exchanges for people ---------------------------------------------------------------------------


def wsdl(address: str) -> RawResponse:
    """Return the WSDL, schemas included, with the address where this service answers."""
    text = files("insi_mock").joinpath("insi.wsdl").read_text(encoding="utf-8")
    body = text.replace('"ADDRESS"', quoteattr(address)).encode()
    return RawResponse(200, body, "text/xml;charset=utf-8")


def decode(exchange: Exchange) -> Decoded:
    """Return an exchange as labelled values, from what was noted of it."""
    facts = exchange.facts
    asked: dict[str, str] = facts.get("traits", {})
    told: dict[str, str] = facts.get("answer", {})
    request = _labelled(_ASKED, {**facts.get("context", {}), **facts, **asked})
    return Decoded(exchange.summary or exchange.target, request, _labelled(_TOLD, {**facts, **told}))


_ASKED = (
    ("authentication", "Authentification"),
    ("caller", "Appelant"),
    ("software", "Logiciel"),
    ("idam", "Numéro d'autorisation (IDAM)"),
    ("message_id", "MessageID"),
    ("birth_name", "Nom de naissance"),
    ("first_names", "Prénom demandé"),
    ("sex", "Sexe"),
    ("birth_date", "Date de naissance"),
    ("birth_place", "Lieu de naissance (COG)"),
)
_TOLD = (
    ("code", "Code retour"),
    ("label", "Libellé"),
    ("error", "Erreur"),
    ("matricule", "Matricule INS"),
    ("oid", "OID"),
    ("birth_name", "Nom de naissance"),
    ("listed_first_names", "Liste des prénoms"),
    ("sex", "Sexe"),
    ("birth_date", "Date de naissance"),
    ("birth_place", "Lieu de naissance (COG)"),
    ("history", "Matricules antérieurs"),
)


def _labelled(labels: Iterable[tuple[str, str]], values: dict[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((label, str(values[name])) for name, label in labels if values.get(name))


def is_date_time(text: str) -> bool:
    """Tell whether a text is an xsd:dateTime."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return "T" in text
