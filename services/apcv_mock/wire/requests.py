"""Reading the head of a request of ApCV: the envelope, ContexteLPS, the assertions.

Source: docs/sources/apcv.md#en-tetes (medium), transport.md#soap. Reads, never judges a value.
"""

from __future__ import annotations

from datetime import datetime

from lxml import etree

from apcv_mock.domain import Software
from apcv_mock.wire.names import CONTEXT_BAM, CONTEXT_LPS, SOAP, WSSE
from lgo_sandbox.watch.refusals import Refused
from lgo_sandbox.wire.saml import SAML
from lgo_sandbox.wire.soap import (
    WSA,
    Envelope,
    NotSoap,
    SoapVersion,
    UnknownSoapVersion,
    must_understand,
    read_envelope,
)

__all__ = ["NotUnderstood", "WrongVersion", "assertions_of", "instant_of", "read", "software_of", "text_at"]

_BLOCKS = frozenset({f"{{{WSSE}}}Security", f"{{{CONTEXT_LPS}}}ContexteLPS", f"{{{CONTEXT_BAM}}}ContexteBAM"})


class WrongVersion(Refused):
    """An envelope of another SOAP version; ``answered_in`` is the version the refusal is written in."""

    def __init__(self, namespace: str, answered_in: SoapVersion) -> None:
        super().__init__(
            "apcv_simule_version",
            received=f"l'espace de noms « {namespace} »",
            expected=f"l'espace de noms « {SOAP} »",
            where="Envelope",
        )
        self.answered_in = answered_in


class NotUnderstood(Refused):
    """A header block that must be understood and is none of ours; ``blocks`` are their ``{namespace}local`` names."""

    def __init__(self, blocks: tuple[str, ...]) -> None:
        first = etree.QName(blocks[0])
        super().__init__(
            "apcv_simule_en_tete",
            received=f"{first.localname} dans l'espace de noms « {first.namespace or ''} »",
            expected="mustUnderstand sur les seuls blocs du contrat",
            where=f"Header/{first.localname}",
            remedy=f"Retirez l'attribut mustUnderstand du bloc {first.localname}.",
        )
        self.blocks = blocks


def read(body: bytes) -> Envelope:
    """Return the envelope of a request. Raises Refused, WrongVersion, NotUnderstood."""
    try:
        envelope = read_envelope(body)
    except UnknownSoapVersion as error:
        raise WrongVersion(error.reason.partition(" : ")[2], SoapVersion.V12) from error
    except NotSoap as error:
        raise _not_soap(error.reason, body) from error
    if envelope.version is not SoapVersion.V12:
        raise WrongVersion(envelope.version.namespace, envelope.version)
    unknown = (block for block in envelope.headers if must_understand(block, SoapVersion.V12) and not _is_ours(block))
    if blocks := tuple(str(block.tag) for block in unknown):
        raise NotUnderstood(blocks)
    return envelope


def _not_soap(reason: str, body: bytes) -> Refused:
    return Refused(
        "apcv_simule_enveloppe",
        received=reason if body.strip() else "corps vide",
        expected="une enveloppe SOAP 1.2",
        where="corps HTTP",
    )


def _is_ours(block: etree._Element) -> bool:
    return block.tag in _BLOCKS or str(block.tag).startswith(f"{{{WSA}}}")


def software_of(envelope: Envelope) -> Software:
    """Return what ContexteLPS says. Raises Refused when the block is absent: all else is left to the checks."""
    block = envelope.header(f"{{{CONTEXT_LPS}}}ContexteLPS")
    if block is None:
        raise Refused(
            "apcv_simule_contexte_lps",
            received="absent",
            expected=f"ContexteLPS dans l'espace de noms « {CONTEXT_LPS} »",
            where="Header/ContexteLPS",
            remedy=f'Ajoutez ContexteLPS dans Header, avec xmlns="{CONTEXT_LPS}".',
        )
    return Software(
        version=block.get("Version") or "",
        id=text_at(block, CONTEXT_LPS, "Id"),
        time=text_at(block, CONTEXT_LPS, "Temps"),
        issuer=text_at(block, CONTEXT_LPS, "Emetteur"),
        idam=text_at(block, CONTEXT_LPS, "LPS", "IDAM"),
        name=text_at(block, CONTEXT_LPS, "LPS", "Nom"),
    )


def assertions_of(envelope: Envelope) -> list[etree._Element]:
    """Return the SAML assertions of wsse:Security; the block may be absent or empty."""
    security = envelope.header(f"{{{WSSE}}}Security")
    return [] if security is None else security.findall(f"{{{SAML}}}Assertion")


def instant_of(text: str) -> datetime | None:
    """Return the instant of an xsd:dateTime with its zone, None for another text."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if "T" in text and found.tzinfo is not None and 1 < found.year < 9999 else None


def text_at(parent: etree._Element | None, namespace: str, *path: str) -> str:
    """Return the whole text of the element at a path of local names in one namespace, "" for none; verbatim."""
    found = None if parent is None else parent.find("/".join(f"{{{namespace}}}{name}" for name in path))
    if found is None:
        return ""
    return (found.text or "") if not len(found) else str(found.xpath("string()"))
