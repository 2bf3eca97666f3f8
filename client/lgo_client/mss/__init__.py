"""MSSanté as a pharmacy works with it: mails by the rules, queue, synchronisation, filing, receipts, directory.

Source: specs/mssante.md (§1.1 doors, §3 mails, §4 directory). Client and operator share the documents library, nothing
else.
"""

from lgo_client.mss.doors import Mailbox, send
from lgo_client.mss.errors import MssRefused, MssUnavailable
from lgo_client.mss.mails import Attachment, DocumentMail, attachments, compose, written

__all__ = [
    "Attachment",
    "DocumentMail",
    "Mailbox",
    "MssRefused",
    "MssUnavailable",
    "attachments",
    "compose",
    "send",
    "written",
]
