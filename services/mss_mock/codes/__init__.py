"""The numbers, names and tables of an MSSanté operator: kinds of mailbox, folders, SMTP replies, limits.

Source: specs/mssante.md §1.1, §1.3, §2, §4.1, §5 (confidence as tagged there); RFC 5321, RFC 3463, RFC 6154. What is
weak there is an option in ``service``. Data only: knows nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

SERVICE = "mss"
PATIENT_DOMAIN = "patient.mssante.fr"
"""The domain of Mon espace santé; the local part is a 15-character matricule (§2, high)."""

OPERATOR_HOST = "mail.sandbox.mssante.fr"
OPERATOR_NAME = "OPERATEUR SANDBOX"

POSTMASTER = "postmaster"
"""Who is always accepted, with or without a domain of the operator's (RFC 5321 §4.5.1)."""

PSC_INTROSPECTION = "/auth/realms/esante-wallet/protocol/openid-connect/token/introspect"
PSC_CLIENT = "mss-operateur"
PSC_SECRET = "secret-mss-operateur"
"""What the operator is enrolled with at PSC; the PSC seeds hold the same pair."""

REFUSED_TOKEN = b'{"status":"401","schemes":"bearer","scope":"mail"}'
"""What a refused token is answered with before the connection drops (§1.1, observed on the real service)."""

ANNUAIRE_KEY = "cle-annuaire-sandbox"
NIL = "SBX-LGO-000001"
"""The product number that the reference client puts in X-MSS-NIL; invented."""

SERVICE_CLOSING = 421
"""The reply after which an operator ends the connection (RFC 5321 §3.8)."""

MEGA = 1_000_000
"""One « Mo », as the documents for editors count."""

SIZE_MES = 25 * MEGA
"""What Mon espace santé takes in all; above it the mail comes back (§1.3)."""

MAX_MESSAGE = 50 * MEGA
"""The greatest value of the option ``size_limit_mo``: nothing larger is ever held."""

MAX_LINE = 64 * 1024
"""Longest command, or line of a message, that is read; RFC 5321 §4.5.3.1.6 asks for 1000, bearer tokens for more."""

USUAL_LINE = 998
"""Longest line of a message by RFC 5322 §2.1.1, without its CRLF."""

BARE_NEWLINE = re.compile(rb"\r(?!\n)|(?<!\r)\n")
"""A carriage return or a line feed alone."""

MAX_RECIPIENTS = 100
MAX_CONNECTIONS = 512
MAILBOX_QUOTA = 1024 * MEGA
MAX_FOLDERS = 200
MAX_KEYWORDS = 60


class BoxKind(StrEnum):
    """Kinds of mailbox: TRE_R257, and the citizen's."""

    PERSON = "PER"
    ORGANISATION = "ORG"
    APPLICATION = "APP"
    CITIZEN = "PAT"


BOX_KIND_LABELS = {
    BoxKind.PERSON: "Boîte aux lettres personnelle",
    BoxKind.ORGANISATION: "Boîte aux lettres organisationnelle",
    BoxKind.APPLICATION: "Boîte aux lettres applicative",
    BoxKind.CITIZEN: "Messagerie de Mon espace santé",
}

APPLICATION_SUFFIX = "_auto"
"""``contact@x`` is the organisation's mailbox, ``contact_auto@x`` its application's (§2: « serviceY_auto »)."""

XDM_NAME = "IHE_XDM.ZIP"
"""How the archive of documents is named, in any case (§3.1)."""

INBOX = "INBOX"
DELIMITER = "/"
SYSTEM_FOLDERS = (
    (INBOX, ""),
    ("Archive", "\\Archive"),
    ("Drafts", "\\Drafts"),
    ("Junk", "\\Junk"),
    ("Sent", "\\Sent"),
    ("Trash", "\\Trash"),
)

ENHANCED = {
    211: "2.0.0",
    214: "2.0.0",
    220: "2.0.0",
    221: "2.0.0",
    235: "2.7.0",
    250: "2.0.0",
    252: "2.5.0",
    421: "4.3.2",
    450: "4.2.1",
    451: "4.3.0",
    452: "4.3.1",
    454: "4.7.0",
    500: "5.5.2",
    501: "5.5.4",
    502: "5.5.1",
    503: "5.5.1",
    504: "5.5.4",
    521: "5.5.2",
    523: "5.3.4",
    530: "5.7.0",
    535: "5.7.8",
    538: "5.7.11",
    541: "5.7.1",
    550: "5.7.1",
    551: "5.1.6",
    552: "5.3.4",
    553: "5.1.3",
    554: "5.3.0",
    555: "5.5.4",
}
"""RFC 3463 code that goes with a reply that names none."""

MAIL_PARAMETERS = frozenset({"BODY", "SIZE", "RET", "ENVID", "AUTH"})
RCPT_PARAMETERS = frozenset({"NOTIFY", "ORCPT"})
NOTIFY_VALUES = frozenset({"SUCCESS", "FAILURE", "DELAY"})

QUALIFIED_IDENTITY = "identite qualifiee"
"""The plain name of the marker that says that an identity is qualified."""

IDENTITY_MARKERS = ("identité provisoire", "identité récupérée", "identité validée", "identité qualifiée")
"""Markers on an identity; their subject is the matricule. The last one said is in force."""

REFUSES_MAIL = "patient refuse la messagerie"
REFUSES_MAIL_TO_PROFESSIONALS = "patient refuse l'envoi aux professionnels"
"""Markers of the patient's refusals; their subject is the matricule."""


@dataclass(frozen=True, slots=True)
class GatewayFault:
    """What the gateway before the Annuaire Santé says when it is out of order: no FHIR."""

    name: str
    status: int
    text: str
    title: str
    media: str = "text/plain; charset=utf-8"


GATEWAY_FAULTS = (
    GatewayFault(
        "gateway-no-path",
        404,
        "No context-path matches the request URI.",
        "la passerelle ne connaît plus l'API (404, texte)",
    ),
    GatewayFault("gateway-bad", 502, "Bad Gateway", "la passerelle ne joint pas l'API (502, texte)"),
    GatewayFault("gateway-unavailable", 503, "Service Unavailable", "l'API est arrêtée (503, texte)"),
    GatewayFault("gateway-timeout", 504, "Request timeout", "l'API n'a pas répondu en trente secondes (504, texte)"),
)
"""The outages that users of the real API report (404 and 502: high; the others and the words of three: medium)."""
