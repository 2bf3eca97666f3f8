"""Reading a request of INSi: which operation, in which context, with which traits.

Source: specs/insi.md §1.2 (actions), §1.3 (header blocks, in any order) and §1.4 (bodies); WSDL and captures, high.
Reads, never judges a value: what the traits may be is in ``domain``.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from insi_mock.domain import Refused, Traits
from insi_mock.wire.names import CONTEXT_BAM, CONTEXT_LPS, REQUEST_BY_CARD, REQUEST_BY_TRAITS, WSSE
from lgo_sandbox.wire.saml import SAML
from lgo_sandbox.wire.soap import Envelope, NotSoap, SoapVersion, UnknownSoapVersion, read_envelope, soap_action_of

__all__ = [
    "BY_CARD",
    "BY_TRAITS",
    "OPERATIONS",
    "Context",
    "OperationShape",
    "WrongVersion",
    "assertion_of",
    "context_of",
    "operation_of",
    "read",
    "traits_of",
]


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


class WrongVersion(Refused):
    """An envelope of another SOAP version; ``answered_in`` is the version the refusal is written in."""

    def __init__(self, answered_in: SoapVersion) -> None:
        super().__init__("desir_simule_version", "une enveloppe d'une autre version de SOAP", "une enveloppe SOAP 1.2")
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
