"""Why octets are no envelope of INSi, as far as it can be told: compressed, in parts, misspelt.

Source: docs/sources/transport.md#soap. Reads, never judges a value.
"""

from __future__ import annotations

from lxml import etree

from health_documents.xml import MalformedXml, parse
from insi_mock.domain.formats import namespace_for_people
from lgo_sandbox.watch.refusals import Refused
from lgo_sandbox.wire.media import read_media_type
from lgo_sandbox.wire.soap import SoapVersion

__all__ = ["not_soap"]

_SOAP12 = SoapVersion.V12.namespace
_GZIP = b"\x1f\x8b"
_PARTS = frozenset({"Header", "Body"})


def not_soap(reason: str, body: bytes, content_type: str | None, content_encoding: str | None) -> Refused:
    """Return the refusal of octets that are no envelope, for a ``reason``: a nearer one when it can be told."""
    received, where, remedy = reason, "corps HTTP", ""
    media = read_media_type(content_type).name
    if not body.strip():
        received, remedy = "corps vide", "Envoyez l'enveloppe SOAP dans le corps de la requête POST."
    elif body.startswith(_GZIP) or (content_encoding not in (None, "", "identity") and not _is_markup(body)):
        received, where = f"corps compressé (Content-Encoding: {content_encoding or 'gzip, non annoncé'})", "corps HTTP"
        remedy = "Envoyez le corps sans compression, et retirez l'en-tête Content-Encoding."
    elif media.startswith("multipart/"):
        received, where = f"corps en {media}", "Content-Type"
        remedy = "Envoyez l'enveloppe seule, en application/soap+xml : INSi ne prend pas de message en parties."
    elif near := _near_part(body):
        received, where = near, f"Envelope/{near.partition(' ')[0]}"
        remedy = f"Écrivez Header, puis Body, dans l'espace de noms « {_SOAP12} », majuscules comprises."
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


def _is_markup(body: bytes) -> bool:
    return body.lstrip().startswith(b"<")


def _near_part(body: bytes) -> str:
    """Return the part of a SOAP 1.2 envelope whose name or namespace is nearly that of Header or Body, "" for none."""
    try:
        root = parse(body)
    except MalformedXml:
        return ""
    if root.tag != f"{{{_SOAP12}}}Envelope":
        return ""
    for part in root.iterchildren(tag=etree.Element):
        name = etree.QName(part)
        right = name.namespace == _SOAP12 and name.localname in _PARTS
        if not right and name.localname.capitalize() in _PARTS:
            return f"{name.localname} dans {namespace_for_people(name.namespace or '')}"
    return ""
