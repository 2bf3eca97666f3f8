"""Mails to a citizen and from him, in a session where DMP and MSSanté run, without a mail client: a page is tested."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from lgo_sandbox.contract import ResourceRequest
from lgo_sandbox.tenant.session import Session
from mss_mock.citizens.resources import handle_citizens, handle_robots
from mss_mock.delivery import deliver, store_of
from mss_mock.envelopes import Envelope, Target
from support.mail_documents import plain
from support.mss_people import CITIZEN, TITULAIRE
from support.tenants import Tenant

__all__ = ["Post"]


class Post:
    """The post of one session."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant

    def bring(self, octets: bytes = b"", *, to: str = CITIZEN, sender: str = TITULAIRE, **headers: str) -> None:
        """Deliver a mail to a citizen; without octets a plain one with these headers."""
        mail = octets or plain(**headers)
        self.tenant.do(lambda session: deliver(session, Envelope(sender, targets=[Target(to)]), mail))

    def inbox(self, address: str = TITULAIRE) -> list[EmailMessage]:
        """Return the mails in a mailbox, the first first."""
        return [message_from_bytes(one, policy=policy.default) for one in self._octets(address)]

    def flags(self, address: str = CITIZEN) -> list[frozenset[str]]:
        """Return the flags of the mails in a mailbox."""

        def read(session: Session) -> list[frozenset[str]]:
            store = store_of(session)
            folder = store.folder(address, "INBOX")
            return [row.flags for row in store.messages(folder.id)] if folder else []

        return self.tenant.do(read)

    def set_state(self, state: str, citizen: str = CITIZEN) -> None:
        """Open or close the mailbox of a citizen."""
        self._control(handle_citizens, citizen, state=state)

    def set_robot(self, robot: str, citizen: str = CITIZEN) -> None:
        """Choose the robot of a citizen."""
        self._control(handle_robots, citizen, robot=robot)

    def _control(self, handle: Any, citizen: str, **body: str) -> None:
        request = ResourceRequest("POST", citizen.partition("@")[0], {}, body)
        self.tenant.do(lambda session: handle(self.tenant.runner.launcher.sandbox, session, request))

    def _octets(self, address: str) -> list[bytes]:
        def read(session: Session) -> list[bytes]:
            store = store_of(session)
            folder = store.folder(address, "INBOX")
            rows = store.messages(folder.id) if folder else []
            return [store.octets(row.content_id) or b"" for row in rows]

        return self.tenant.do(read)
