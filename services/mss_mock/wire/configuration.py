"""The two XML files of an operator: autoconfiguration of a mailbox, white list of domains.

Source: specs/mssante.md §1.1 (``/mail/config-v1.1.xml``, Thunderbird's format) and §1.2 (white list: six fields per
domain, no signature: high). Values in, octets out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from health_documents.xml import serialize

__all__ = ["ListedDomain", "MailServer", "autoconfig", "white_list"]

WHITE_LIST_NAMESPACE = "https://listeblanche.mssante.fr/schema"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where a mail door answers."""

    host: str
    port: str


@dataclass(frozen=True, slots=True)
class ListedDomain:
    """A domain of the trust space and the certificate of its operator (DN, most specific first)."""

    name: str
    description: str
    certificate: str
    contact: str


def autoconfig(domain: str, imap: MailServer, smtp: MailServer) -> bytes:
    """Return the configuration of the mailboxes of a domain."""
    root = etree.Element("clientConfig", version="1.1")
    provider = etree.SubElement(root, "emailProvider", id=domain)
    _texts(provider, domain=domain, displayName="MSSanté – opérateur simulé", displayShortName="MSSanté")
    for tag, kind, server in (("incomingServer", "imap", imap), ("outgoingServer", "smtp", smtp)):
        _texts(
            etree.SubElement(provider, tag, type=kind),
            hostname=server.host,
            port=server.port,
            socketType="STARTTLS",
            authentication="OAuth2",
            username="%EMAILADDRESS%",
        )
    return serialize(root, declaration=True)


def white_list(domains: Iterable[ListedDomain], generated: datetime) -> bytes:
    """Return the white list."""
    moment = generated.strftime("%Y-%m-%dT%H:%M:%SZ")
    root = etree.Element(f"{{{WHITE_LIST_NAMESPACE}}}ListeBlancheMSSante", nsmap={None: WHITE_LIST_NAMESPACE})
    _texts(root, DateDeGeneration=moment)
    listed = etree.SubElement(root, f"{{{WHITE_LIST_NAMESPACE}}}ListeDomaines")
    for domain in domains:
        _texts(
            etree.SubElement(listed, f"{{{WHITE_LIST_NAMESPACE}}}Domaine"),
            Nom=domain.name,
            Description=domain.description,
            DNCertificatOperateur=domain.certificate,
            ResponsableContact=domain.contact,
            SupportContact=domain.contact,
            DateMAJ=moment,
        )
    return serialize(root, declaration=True)


def _texts(parent: etree._Element, **values: str) -> None:
    namespace = etree.QName(parent).namespace
    for name, value in values.items():
        etree.SubElement(parent, f"{{{namespace}}}{name}" if namespace else name).text = value
