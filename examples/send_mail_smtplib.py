"""MSSanté: send a mail over SMTP with STARTTLS and XOAUTH2; the password is the Pro Santé Connect token.

lgo-sandbox exec -- python examples/send_mail_smtplib.py
"""

import smtplib
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import localtime, make_msgid

from psc_token import access_token
from sandbox import READY, tls

PEOPLE = {persona["id"]: persona for persona in READY["personas"]}


def message(sender: str, recipient: str, subject: str, text: str) -> EmailMessage:
    """Return a message with the headers that MSSanté wants: label of the sender, product number, ids, UTF-8."""
    mail = EmailMessage()
    mailbox = PEOPLE[sender]["mailbox"]
    mail["From"] = Address(f"DR {PEOPLE[sender]['name']} - PHARMACIE DE LA FONTAINE", addr_spec=mailbox)
    mail["To"] = PEOPLE[recipient]["mailbox"]
    mail["Subject"] = subject
    mail["Date"] = localtime()
    mail["Message-ID"] = make_msgid(domain=mailbox.partition("@")[2])
    mail["X-MSS-NIL"] = READY["nil"]
    mail.set_content(text, charset="utf-8", cte="quoted-printable")
    return mail


def send(mail: EmailMessage, persona: str) -> None:
    """Send a message from the mailbox of a persona."""
    host, _, port = READY["smtp"].rpartition(":")
    mailbox, token = PEOPLE[persona]["mailbox"], access_token(persona)
    with smtplib.SMTP(host, int(port)) as server:
        server.starttls(context=tls())
        server.ehlo()
        response = f"user={mailbox}\x01auth=Bearer {token}\x01\x01"
        server.auth("XOAUTH2", lambda challenge=None: response, initial_response_ok=True)
        server.send_message(mail)


if __name__ == "__main__":
    send(message("titulaire", "generaliste", "Question", "Deux comprimés par jour : est-ce bien cela ?"), "titulaire")
    print("sent")
