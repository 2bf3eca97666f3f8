"""Reading the head of a request of INSi: which operation, in which context, with which assertions.

Source: specs/insi.md §1.2 (actions), §1.3 (header blocks, in any order); WSDL and captures, high. The actions of the
verification are not public: by analogy (low). Reads, never judges a value.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from insi_mock.domain import Refused
from insi_mock.wire.names import (
    BATCH_REQUEST,
    CONTEXT_BAM,
    CONTEXT_LPS,
    REQUEST_BY_CARD,
    REQUEST_BY_TRAITS,
    VERIFICATION_REQUEST,
    WSSE,
)
from insi_mock.wire.texts import text_at
from lgo_sandbox.wire.saml import SAML
from lgo_sandbox.wire.soap import (
    WSA,
    Envelope,
    NotSoap,
    SoapVersion,
    UnknownSoapVersion,
    must_understand,
    read_envelope,
    soap_action_of,
)

__all__ = [
    "BY_CARD",
    "BY_TRAITS",
    "COLLECT",
    "DEPOSIT",
    "OPERATIONS",
    "VERIFY",
    "Context",
    "NotUnderstood",
    "OperationShape",
    "WrongVersion",
    "assertions_of",
    "context_of",
    "operation_of",
    "read",
]


@dataclass(frozen=True, slots=True)
class OperationShape:
    """How a request of one operation is recognised: its action, the name of its body element.

    ``reconstructed``: its contract is ours, and every answer says so.
    """

    name: str
    body: str
    reconstructed: bool = False

    @property
    def action(self) -> str:
        """The WS-Addressing and HTTP action."""
        return f"urn:ServiceIdentiteCertifiee:1.0.0:{self.name}"


BY_TRAITS = OperationShape("rechercherInsAvecTraitsIdentite", f"{{{REQUEST_BY_TRAITS}}}RECSANSVITALE")
BY_CARD = OperationShape("rechercherInsAvecCarteVitale", f"{{{REQUEST_BY_CARD}}}RECVITALE")
VERIFY = OperationShape("verifierInsAvecTraitsIdentite", f"{{{VERIFICATION_REQUEST}}}Requete", reconstructed=True)
DEPOSIT = OperationShape("deposerVerificationsIns", f"{{{BATCH_REQUEST}}}Depot", reconstructed=True)
COLLECT = OperationShape("releverVerificationsIns", f"{{{BATCH_REQUEST}}}Releve", reconstructed=True)
OPERATIONS = (BY_TRAITS, BY_CARD, VERIFY, DEPOSIT, COLLECT)

_BLOCKS = frozenset({f"{{{WSSE}}}Security", f"{{{CONTEXT_LPS}}}ContexteLPS", f"{{{CONTEXT_BAM}}}ContexteBAM"})


class WrongVersion(Refused):
    """An envelope of another SOAP version; ``answered_in`` is the version the refusal is written in."""

    def __init__(self, answered_in: SoapVersion) -> None:
        super().__init__("desir_simule_version", "une enveloppe d'une autre version de SOAP", "une enveloppe SOAP 1.2")
        self.answered_in = answered_in


class NotUnderstood(Refused):
    """A header block that must be understood and is none of ours; ``blocks`` are their ``{namespace}local`` names."""

    def __init__(self, blocks: tuple[str, ...]) -> None:
        super().__init__("desir_simule_en_tete", ", ".join(blocks), "des blocs d'en-tête du contrat")
        self.blocks = blocks


def read(body: bytes) -> Envelope:
    """Return the envelope of a request.

    Raises Refused for what is none, WrongVersion for another SOAP version, NotUnderstood (SOAP 1.2 part 1 §5.2.3).
    """
    try:
        envelope = read_envelope(body)
    except UnknownSoapVersion as error:
        raise WrongVersion(SoapVersion.V12) from error
    except NotSoap as error:
        raise Refused("desir_simule_enveloppe", error.reason[:300], "une enveloppe SOAP 1.2") from error
    if envelope.version is not SoapVersion.V12:
        raise WrongVersion(envelope.version)
    unknown = (block for block in envelope.headers if must_understand(block, SoapVersion.V12) and not _is_ours(block))
    if blocks := tuple(str(block.tag) for block in unknown):
        raise NotUnderstood(blocks)
    return envelope


def _is_ours(block: etree._Element) -> bool:
    return block.tag in _BLOCKS or str(block.tag).startswith(f"{{{WSA}}}")


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
    """What the two context blocks say of the software, the call and the card; "" for what is absent."""

    version: str
    id: str
    time: str
    idam: str
    software: str
    instance: str
    bam_version: str
    bam_id: str
    bam_time: str
    card_number: str = ""
    card_birth_date: str = ""
    card_rank: str = ""


def context_of(envelope: Envelope) -> Context:
    """Return the contexts. Raises Refused when a block, or COUVERTURE (empty without card), is absent."""
    lps = envelope.header(f"{{{CONTEXT_LPS}}}ContexteLPS")
    bam = envelope.header(f"{{{CONTEXT_BAM}}}ContexteBAM")
    cover = None if bam is None else bam.find(f"{{{CONTEXT_BAM}}}COUVERTURE")
    if lps is None or bam is None or cover is None:
        seen = ", ".join(etree.QName(block).localname for block in envelope.headers)
        raise Refused("desir_simule_contexte", f"blocs reçus : {seen}", "ContexteLPS, ContexteBAM et sa COUVERTURE")
    card = _card_of(cover) if len(cover) else ("", "", "")
    return Context(
        version=lps.get("Version") or "",
        id=text_at(lps, CONTEXT_LPS, "Id"),
        time=text_at(lps, CONTEXT_LPS, "Temps"),
        idam=text_at(lps, CONTEXT_LPS, "LPS", "IDAM"),
        software=text_at(lps, CONTEXT_LPS, "LPS", "Nom"),
        instance=text_at(lps, CONTEXT_LPS, "LPS", "Instance"),
        bam_version=bam.get("Version") or "",
        bam_id=text_at(bam, CONTEXT_BAM, "Id"),
        bam_time=text_at(bam, CONTEXT_BAM, "Temps"),
        card_number=card[0],
        card_birth_date=card[1],
        card_rank=card[2],
    )


def _card_of(cover: etree._Element) -> tuple[str, str, str]:
    number = "".join(text_at(cover, CONTEXT_BAM, "ASSURE", "Id", name) for name in ("Num", "Cle"))
    date, rank = (text_at(cover, CONTEXT_BAM, "BENEFICIAIRE", name) for name in ("DateNai", "Rang"))
    return number, date, rank


def assertions_of(envelope: Envelope) -> list[etree._Element]:
    """Return the SAML assertions of wsse:Security; the block may be absent or empty."""
    security = envelope.header(f"{{{WSSE}}}Security")
    return [] if security is None else security.findall(f"{{{SAML}}}Assertion")
