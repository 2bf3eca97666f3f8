"""Every mail: its head.

Source: docs/sources/mssante.md (Tout courriel). Pure functions of facts and of the session's past.
"""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from itertools import islice

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from mss_mock.checks.wording import FORWARD, MESSAGE, REPLY, XDM_PREFIX, shown
from mss_mock.codes import BoxKind
from mss_mock.facts import Mail, MailEnvelope
from mss_mock.facts.content import MailContent

__all__ = ["HEADER_CHECKS"]

_MESSAGE_ID = re.compile(r"<[^<>@\s]+@[^<>@\s]+>")
_IDS = re.compile(r"<[^<>\s]+>")
_LABEL_WORDS = re.compile(r"[\s_]+")
_SECURE = ".mssante.fr"


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
    earlier = islice(seen.history.all(Mail, about=value), ENOUGH)
    if any(_another(mail, content) for _, mail in earlier):
        return Violation(
            f"Message-ID: {shown(value)}, déjà porté par un autre message", "un identifiant neuf par message"
        )
    return True


ENOUGH = 20
"""How many earlier mails of one Message-ID are compared: who sends one octet for octet again goes on doing so."""


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
    subject = head.subject.removeprefix(XDM_PREFIX)
    is_reply = REPLY.match(subject) is not None
    if content.reports_reading or (not is_reply and (FORWARD.match(subject) or not head.in_reply_to)):
        return None
    received = f"In-Reply-To : {shown(head.in_reply_to)} ; References : {shown(head.references)}"
    if any(one in head.references for one in _IDS.findall(head.in_reply_to)):
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
    if not content.head.sender_address:
        return None
    label = content.head.sender_label
    said = bool(label) and "@" not in label and label.lower() != content.head.sender_address
    if said and (envelope.kind is not BoxKind.PERSON or len(_LABEL_WORDS.split(label.strip("_ "))) > 1):
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


def _answer_here(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    if content is None or not content.head.reply_to:
        return None
    others = [one for one in content.head.reply_to if not one.endswith(_SECURE)]
    if others:
        return Violation(f"Reply-To: {', '.join(others)}", "une adresse MSSanté (…mssante.fr)", where="Reply-To")
    return any(one != content.head.sender_address for one in content.head.reply_to) or None


ANSWER_HERE = Check(
    id="MSS-REPLY-TO",
    title="L'adresse de réponse est une adresse MSSanté",
    reads=Mail,
    test=_answer_here,
    source="docs/sources/mssante.md#adresse-de-reponse",
    remedy="Mettez dans Reply-To une boîte MSSanté : une réponse à une autre adresse sort de l'espace de confiance.",
    requirements=("MSS/va1.18",),
    operations=MESSAGE,
    confidence="M",
)


def _date(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    if content is None:
        return None
    value = content.head.date
    try:
        dated = value is not None and parsedate_to_datetime(value) is not None
    except ValueError:
        dated = False
    return dated or Violation(f"Date: {shown(value)}", "Date: Tue, 3 Mar 2026 10:00:00 +0100")


DATE = Check(
    id="MSS-DATE",
    title="Date de l'envoi",
    reads=Mail,
    test=_date,
    source="docs/sources/mssante.md#date",
    remedy="Ajoutez l'en-tête Date, selon la RFC 5322 : l'opérateur ne l'ajoute pas toujours.",
    operations=MESSAGE,
)


def _once(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    repeated = content.head.repeated if content is not None else ()
    return bool(repeated) and Violation(f"plusieurs en-têtes {', '.join(repeated)}", "un en-tête de chaque nom")


ONCE = Check(
    id="MSS-HEADER-ONCE",
    title="Un seul en-tête de chaque nom",
    reads=Mail,
    test=_once,
    source="docs/sources/mssante.md#en-tete-repete",
    remedy="N'écrivez l'en-tête qu'une fois : qui le lit deux fois choisit au hasard.",
    operations=MESSAGE,
)


def _ascii_head(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    names = content.head.eight_bit if content is not None else ()
    return bool(names) and Violation(
        f"des octets hors de l'ASCII dans {', '.join(names)}", "des mots codés : =?utf-8?Q?Compte_rendu_m=C3=A9dical?="
    )


ASCII_HEAD = Check(
    id="MSS-HEADER-ASCII",
    title="En-têtes en ASCII",
    reads=Mail,
    test=_ascii_head,
    source="docs/sources/mssante.md#en-tete-ascii",
    remedy="Codez les accents des en-têtes par la RFC 2047 (mots codés) : SMTPUTF8 n'est pas offert.",
    operations=MESSAGE,
)

HEADER_CHECKS = (NIL, MESSAGE_ID, THREADING, LABEL, ADDRESS, REPLY_TO, ANSWER_HERE, DATE, ONCE, ASCII_HEAD)
