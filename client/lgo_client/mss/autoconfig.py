"""How a mailbox is reached, as its operator publishes it: read before the mailbox is set up.

Source: specs/mssante.md §1.1 (``https://autoconfig.<domain>/mail/config-v1.1.xml``, Thunderbird's format). What the
rules do not admit (no STARTTLS, a password) is refused. Knows no mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from lxml import etree

from health_documents.xml import MalformedXml, parse
from lgo_client.environment import Environment

__all__ = ["Configuration", "NotConfigured", "configured_by", "read_configuration"]

PATH = "/mail/config-v1.1.xml"
MAX_BYTES = 100_000
SERVERS = {"imap": "incomingServer", "smtp": "outgoingServer"}
EXPECTED = {"socketType": "STARTTLS", "authentication": "OAuth2"}
USER = "%EMAILADDRESS%"


class NotConfigured(Exception):
    """The operator publishes no configuration, or one that cannot be used; the message (French) says why."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """Where a mailbox is opened: host and port of each door."""

    imap: str
    smtp: str

    def applied(self, environment: Environment) -> Environment:
        """Return an environment whose mail doors are these."""
        document: Mapping[str, Any] = {**environment.document, "imap": self.imap, "smtp": self.smtp}
        return Environment(document)


def configured_by(http: httpx.Client, root: str, mailbox: str) -> tuple[Configuration, bytes]:
    """Return the configuration of a mailbox, and its file. Raises NotConfigured."""
    answer = http.get(f"{root}{PATH}", params={"emailaddress": mailbox})
    if answer.status_code != httpx.codes.OK:
        raise NotConfigured(f"configuration de {mailbox} : réponse {answer.status_code}")
    return read_configuration(answer.content), answer.content


def read_configuration(octets: bytes) -> Configuration:
    """Return what a configuration file says. Raises NotConfigured."""
    try:
        root = parse(octets, max_bytes=MAX_BYTES)
    except MalformedXml as error:
        raise NotConfigured(f"configuration illisible : {error.reason}") from error
    return Configuration(**{kind: _server(root, kind, tag) for kind, tag in SERVERS.items()})


def _server(root: etree._Element, kind: str, tag: str) -> str:
    server = root.find(f"emailProvider/{tag}[@type='{kind}']")
    if server is None:
        raise NotConfigured(f"configuration sans {tag} de type {kind}")
    for name, value in EXPECTED.items():
        said = (server.findtext(name) or "").strip()
        if said != value:
            raise NotConfigured(f"{tag} : {name} {said or 'absent'} ; attendu : {value}")
    host, port = ((server.findtext(name) or "").strip() for name in ("hostname", "port"))
    if not host or not port.isdecimal():
        raise NotConfigured(f"{tag} : {host or 'sans nom'}, port {port or 'absent'} ; attendu : un nom et un port")
    return f"{host}:{port}"
