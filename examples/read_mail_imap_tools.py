"""MSSanté: read a mailbox over IMAP with STARTTLS and XOAUTH2, with the library imap-tools.

lgo-sandbox exec -- sh -c 'python examples/send_mail_smtplib.py && python examples/read_mail_imap_tools.py'
"""

import sys

from imap_tools import MailBoxStartTls, MailMessage
from psc_token import access_token
from sandbox import READY, tls


def read(persona: str = "generaliste") -> list[MailMessage]:
    """Return the unread messages of a persona's mailbox, and mark them read."""
    host, _, port = READY["imap"].rpartition(":")
    mailbox = next(one["mailbox"] for one in READY["personas"] if one["id"] == persona)
    with MailBoxStartTls(host, int(port), ssl_context=tls()).xoauth2(mailbox, access_token(persona)) as box:
        return list(box.fetch("UNSEEN"))


if __name__ == "__main__":
    for mail in read(*sys.argv[1:]):
        print(mail.from_, "|", mail.subject, "|", mail.text.strip())
