"""Every mail: its head.

Source: docs/sources/mssante.md (Tout courriel). Pure functions of facts and of the session's past.
"""

from __future__ import annotations

import re

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from mss_mock.checks.wording import MESSAGE, shown
from mss_mock.codes import BoxKind
from mss_mock.facts import Mail, MailEnvelope
from mss_mock.facts.content import MailContent

__all__ = ["HEADER_CHECKS"]

_MESSAGE_ID = re.compile(r"<[^<>@\s]+@[^<>@\s]+>")
_REPLY = re.compile(r"(?:re|ré|rép|réf|aw)\s*:", re.IGNORECASE)
_XDM_PREFIX = "XDM/1.0/DDM+"


def _nil(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    if content is None:
        return None
    value = content.head.nil
    if value is not None and value.strip():
        return True
    return Violation("X-MSS-NIL: (vide)" if value is not None else "X-MSS-NIL absent", "X-MSS-NIL: <numéro du produit>")


NIL = Check(
    id="MSS-NIL",
    title="Numéro de produit sur chaque courriel",
    reads=Mail,
    test=_nil,
    source="docs/sources/mssante.md#nil",
    remedy="Ajouter l'en-tête X-MSS-NIL avec le numéro de référencement du logiciel (plateforme Convergence).",
    requirements=("MSS/CONF.16",),
    operations=MESSAGE,
    aliases=("mss.nil",),
)


def _message_id(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    if content is None:
        return None
    value = content.head.message_id
    if not _MESSAGE_ID.fullmatch(value):
        return Violation(f"Message-ID: {shown(value)}", "Message-ID: <identifiant@domaine>, unique")
    if any(_another(earlier, content) for _, earlier in seen.history.all(Mail, about=value)):
        return Violation(
            f"Message-ID: {shown(value)}, déjà porté par un autre message", "un identifiant neuf par message"
        )
    return True


def _another(earlier: Mail, content: MailContent) -> bool:
    """The same octets sent again are a retry, as after a connection that was lost."""
    return earlier.read is not None and earlier.read.fingerprint != content.fingerprint


MESSAGE_ID = Check(
    id="MSS-MESSAGE-ID",
    title="Message-ID conforme",
    reads=Mail,
    test=_message_id,
    source="docs/sources/mssante.md#message-id",
    remedy="Produire un Message-ID unique de la forme <identifiant@domaine> à l'émission.",
    requirements=("LGO.MSS.08",),
    operations=MESSAGE,
    aliases=("mss.message-id",),
)


def _threading(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    if content is None:
        return None
    head = content.head
    is_reply = _REPLY.match(head.subject.removeprefix(_XDM_PREFIX))
    if not (head.in_reply_to or head.references or is_reply):
        return None
    received = f"In-Reply-To : {shown(head.in_reply_to)} ; References : {shown(head.references)}"
    if head.in_reply_to and head.in_reply_to in head.references:
        return bool(head.message_id) or None
    return Violation(received, "In-Reply-To et References, avec tous deux le Message-ID du message initial")


THREADING = Check(
    id="MSS-REPLY-THREADING",
    title="Réponse reliée au message initial",
    reads=Mail,
    test=_threading,
    source="docs/sources/mssante.md#reponse",
    remedy="Recopier le Message-ID du message initial dans In-Reply-To, et l'ajouter à References.",
    requirements=("LGO.MSS.09",),
    operations=MESSAGE,
    aliases=("mss.reply-threading",),
)


def _label(seen: Observed[Mail]) -> Outcome:
    content, envelope = seen.facts.read, seen.also(MailEnvelope)
    if content is None or envelope is None:
        return None
    label = content.head.sender_label
    said = bool(label) and "@" not in label and label.lower() != content.head.sender_address
    if said and (envelope.kind is not BoxKind.PERSON or len(label.split()) > 1):
        return True
    received = f"From: {label} <{content.head.sender_address}>" if label else f"From: {content.head.sender_address}"
    return Violation(received, "civilité, prénom, NOM et structure ; ou le nom de la structure")


LABEL = Check(
    id="MSS-FROM-LABEL",
    title="Libellé d'expéditeur explicite",
    reads=Mail,
    test=_label,
    source="docs/sources/mssante.md#libelle-expediteur",
    remedy="Faire précéder l'adresse de From: du nom de la personne (civilité, prénom, NOM) ou de la structure.",
    requirements=("LGO.MSS.12",),
    operations=MESSAGE,
    aliases=("mss.from-label",),
)


def _address(seen: Observed[Mail]) -> Outcome:
    content, envelope = seen.facts.read, seen.also(MailEnvelope)
    if content is None or envelope is None:
        return None
    address = content.head.sender_address
    return address == envelope.mailbox or Violation(f"From: {shown(address)}", f"From: {envelope.mailbox}")


ADDRESS = Check(
    id="MSS-FROM-ADDRESS",
    title="From: est la boîte authentifiée",
    reads=Mail,
    test=_address,
    source="docs/sources/mssante.md#adresse-expediteur",
    remedy="Mettre dans From: l'adresse de la boîte ouverte.",
    operations=MESSAGE,
    severity=Severity.WARNING,
    confidence="M",
    aliases=("mss.from-address",),
)


def _reply_to(seen: Observed[Mail]) -> Outcome:
    content, envelope = seen.facts.read, seen.also(MailEnvelope)
    if content is None or envelope is None or envelope.kind is not BoxKind.APPLICATION:
        return None
    addresses = content.head.reply_to
    if not addresses or envelope.mailbox in addresses:
        received = f"Reply-To: {', '.join(addresses)}" if addresses else "Reply-To absent"
        return Violation(received, "Reply-To : une boîte que quelqu'un lit")
    return any(body.automatic for body in content.bodies) or None


REPLY_TO = Check(
    id="MSS-APP-REPLY-TO",
    title="Adresse de réponse d'une boîte applicative, et annonce de l'envoi automatique",
    reads=Mail,
    test=_reply_to,
    source="docs/sources/mssante.md#reply-to",
    remedy="Ajouter Reply-To avec une boîte personnelle ou organisationnelle.",
    requirements=("MSS/va1.09",),
    operations=MESSAGE,
    confidence="M",
    aliases=("mss.app-reply-to",),
)

HEADER_CHECKS = (NIL, MESSAGE_ID, THREADING, LABEL, ADDRESS, REPLY_TO)
