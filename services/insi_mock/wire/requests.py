"""Reading the head of a request of INSi: the envelope, the contexts, the assertions.

Source: docs/sources/insi.md#contexte (header blocks, in any order; WSDL and captures, high), transport.md#soap. Reads,
never judges a value.
"""

from __future__ import annotations

from lxml import etree

from insi_mock.domain import Context, CoverCard, Stamp, Stray
from insi_mock.domain.formats import namespace_for_people
from insi_mock.wire.layout import resembling
from insi_mock.wire.names import CONTEXT_BAM, CONTEXT_LPS, WSSE
from insi_mock.wire.texts import text_at
from lgo_sandbox.watch.refusals import Refused
from lgo_sandbox.wire.media import read_media_type
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

__all__ = ["NotUnderstood", "WrongVersion", "assertions_of", "context_of", "encoding_of", "read"]

_BLOCKS = frozenset({f"{{{WSSE}}}Security", f"{{{CONTEXT_LPS}}}ContexteLPS", f"{{{CONTEXT_BAM}}}ContexteBAM"})
_NAMESPACES = {"Security": WSSE, "ContexteLPS": CONTEXT_LPS, "ContexteBAM": CONTEXT_BAM}
_ADDRESSING = frozenset({"MessageID", "Action", "To", "From", "ReplyTo", "FaultTo", "RelatesTo"})
_SOAP12 = SoapVersion.V12.namespace
_GZIP = b"\x1f\x8b"
_SHOWN = 100
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class WrongVersion(Refused):
    """An envelope of another SOAP version; ``answered_in`` is the version the refusal is written in."""

    def __init__(self, namespace: str, answered_in: SoapVersion) -> None:
        super().__init__(
            "desir_simule_version",
            received=namespace_for_people(namespace),
            expected=f"l'espace de noms « {_SOAP12} »",
            where="Envelope",
            remedy=f"Écrivez « {_SOAP12} » à la place de « {namespace} », espace de noms de l'enveloppe.",
        )
        self.answered_in = answered_in


class NotUnderstood(Refused):
    """A header block that must be understood and is none of ours; ``blocks`` are their ``{namespace}local`` names."""

    def __init__(self, blocks: tuple[str, ...]) -> None:
        first = etree.QName(blocks[0])
        super().__init__(
            "desir_simule_en_tete",
            received=", ".join(map(_block_for_people, blocks)),
            expected="mustUnderstand sur les seuls blocs du contrat",
            where=f"Header/{first.localname}",
            remedy=_block_remedy(first),
        )
        self.blocks = blocks


def _block_for_people(block: str) -> str:
    name = etree.QName(block)
    return f"{name.localname} dans {namespace_for_people(name.namespace or '')}"


def _block_remedy(block: etree.QName) -> str:
    wanted = _NAMESPACES.get(block.localname) or (WSA if block.localname in _ADDRESSING else "")
    if wanted:
        return f"Écrivez {block.localname} dans l'espace de noms « {wanted} »."
    return f"Retirez l'attribut mustUnderstand du bloc {block.localname}."


def read(body: bytes, content_type: str | None = None, content_encoding: str | None = None) -> Envelope:
    """Return the envelope of a request; the two headers only help to say why there is none.

    Raises Refused for what is none, WrongVersion for another SOAP version, NotUnderstood (SOAP 1.2 part 1 §5.2.3).
    """
    if not _is_plain(content_encoding):
        raise _not_soap("", body, content_type, content_encoding)
    try:
        envelope = read_envelope(body)
    except UnknownSoapVersion as error:
        raise WrongVersion(error.reason.partition(" : ")[2], SoapVersion.V12) from error
    except NotSoap as error:
        raise _not_soap(error.reason, body, content_type, content_encoding) from error
    if envelope.version is not SoapVersion.V12:
        raise WrongVersion(envelope.version.namespace, envelope.version)
    unknown = (block for block in envelope.headers if must_understand(block, SoapVersion.V12) and not _is_ours(block))
    if blocks := tuple(str(block.tag) for block in unknown):
        raise NotUnderstood(blocks)
    return envelope


def _is_ours(block: etree._Element) -> bool:
    return block.tag in _BLOCKS or str(block.tag).startswith(f"{{{WSA}}}")


def _is_plain(content_encoding: str | None) -> bool:
    return (content_encoding or "").strip().lower() in ("", "identity")


def _not_soap(reason: str, body: bytes, content_type: str | None, content_encoding: str | None) -> Refused:
    received, where, remedy = reason, "corps HTTP", ""
    media = read_media_type(content_type).name
    if not body.strip():
        received, remedy = "corps vide", "Envoyez l'enveloppe SOAP dans le corps de la requête POST."
    elif body.startswith(_GZIP) or not _is_plain(content_encoding):
        coding = (content_encoding or "gzip, non annoncé")[:_SHOWN]
        received = f"corps compressé (Content-Encoding: {coding})"
        remedy = "Envoyez le corps sans compression, et retirez l'en-tête Content-Encoding."
    elif media.startswith("multipart/"):
        received, where = f"corps en {media}", "Content-Type"
        remedy = "Envoyez l'enveloppe seule, en application/soap+xml : INSi ne prend pas de message en parties."
    else:
        remedy = next((words for part, words in _MENDING if part in reason), "")
    return Refused(
        "desir_simule_enveloppe", received=received, expected="une enveloppe SOAP 1.2", where=where, remedy=remedy
    )


_MENDING = (
    ("DOCTYPE", "Retirez la déclaration DOCTYPE du message."),
    ("encodage", "Écrivez le message en UTF-8."),
    ("plusieurs éléments", "Gardez un seul élément dans Body."),
    ("au plus un Header", "Donnez à l'enveloppe un Header au plus, puis un Body."),
    ("niveaux", "Réduisez la profondeur du message : une demande a moins de dix niveaux d'éléments."),
    ("n'est pas une enveloppe", f'Mettez la demande dans Envelope et Body, avec xmlns="{_SOAP12}".'),
)
"""A part of the reason why octets are no envelope → how to mend it."""


def encoding_of(envelope: Envelope, body: bytes) -> str:
    """Return the encoding in which the XML was written, in upper case: announced by its octets or its declaration."""
    if body.startswith(_UTF_16):
        return "UTF-16"
    element = next((part for part in (envelope.body, *envelope.headers) if part is not None), None)
    return "UTF-8" if element is None else (element.getroottree().docinfo.encoding or "UTF-8").upper()


def context_of(envelope: Envelope) -> Context:
    """Return the contexts. Raises Refused when a block, or COUVERTURE (empty without card), is absent."""
    lps = _block(envelope, "ContexteLPS")
    bam = _block(envelope, "ContexteBAM")
    cover = bam.find(f"{{{CONTEXT_BAM}}}COUVERTURE")
    if cover is None:
        raise _absent(resembling(bam, "COUVERTURE", CONTEXT_BAM), "COUVERTURE", CONTEXT_BAM, "Header/ContexteBAM")
    return Context(
        lps=_stamp(lps, CONTEXT_LPS),
        bam=_stamp(bam, CONTEXT_BAM),
        idam=text_at(lps, CONTEXT_LPS, "LPS", "IDAM"),
        software=text_at(lps, CONTEXT_LPS, "LPS", "Nom"),
        card=_card_of(cover),
    )


def _block(envelope: Envelope, name: str) -> etree._Element:
    namespace = _NAMESPACES[name]
    found = envelope.header(f"{{{namespace}}}{name}")
    if found is None:
        raise _absent(resembling(envelope.headers, name, namespace), name, namespace, "Header")
    return found


def _absent(near: Stray | None, name: str, namespace: str, parent: str) -> Refused:
    received, remedy = "absent", f'Ajoutez {name} dans {parent}, avec xmlns="{namespace}".'
    if near is not None:
        received = f"{near.name} dans {namespace_for_people(near.namespace)}"
        remedy = f"Écrivez {name} dans l'espace de noms « {namespace} »."
    expected = f"{name} dans l'espace de noms « {namespace} »"
    return Refused(
        "desir_simule_contexte", received=received, expected=expected, where=f"{parent}/{name}", remedy=remedy
    )


def _stamp(block: etree._Element, namespace: str) -> Stamp:
    return Stamp(block.get("Version") or "", text_at(block, namespace, "Id"), text_at(block, namespace, "Temps"))


def _card_of(cover: etree._Element) -> CoverCard:
    if not len(cover):
        return CoverCard()
    number, key = (text_at(cover, CONTEXT_BAM, "ASSURE", "Id", name) for name in ("Num", "Cle"))
    date, rank = (text_at(cover, CONTEXT_BAM, "BENEFICIAIRE", name) for name in ("DateNai", "Rang"))
    return CoverCard(number, key, date, rank)


def assertions_of(envelope: Envelope) -> list[etree._Element]:
    """Return the SAML assertions of wsse:Security; the block may be absent or empty."""
    security = envelope.header(f"{{{WSSE}}}Security")
    return [] if security is None else security.findall(f"{{{SAML}}}Assertion")
