"""The patient's mailbox, which another service keeps: asked through the core, and its refusals in the patient's words.

Source: docs/sources/mssante.md#droit-de-repondre; that the portal shows it:
docs/sources/dmp.md#mon-espace-sante (medium). The texts are ours. Knows no page.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dmp_mock.web.mes.space import Space
from dmp_mock.web.refusals import Told
from lgo_sandbox.gate.citizen_mail import CitizenMailbox, MailRefused, MailUnreachable

__all__ = ["BARRED", "asked", "mailbox_of", "reader_of"]

DOOR = "annuaire"
"""Behind which the mailboxes are kept."""

BARRED = {
    "closed": "Ce professionnel a clos l'échange : vous ne pouvez plus lui répondre. S'il vous écrit de nouveau, "
    "vous pourrez répondre.",
    "stranger": "Vous ne pouvez pas répondre à ce professionnel : seuls ceux qui vous ont écrit, ou l'adresse qu'ils "
    "ont indiquée, reçoivent vos réponses.",
    "state": "Votre messagerie est fermée : elle n'envoie rien.",
    "nobody": "Ce message n'attend pas de réponse : son expéditeur n'a pas de boîte MSSanté.",
}
"""Why the patient may not answer, by what the mailbox says."""

_TITLES = {
    "state": ("Votre messagerie est fermée", 403),
    "closed": ("Ce professionnel a clos l'échange", 403),
    "stranger": ("Vous ne pouvez pas écrire à ce professionnel", 403),
    "text": ("Il manque l'objet ou le texte", 422),
    "file": ("Ce fichier ne peut pas être joint", 422),
    "weight": ("Ce message est trop lourd", 422),
    "full": ("La boîte de ce professionnel est pleine", 409),
    "absent": ("Ce message n'est pas dans votre messagerie", 404),
}
_REMEDIES = {
    "state": "Le reste de votre espace fonctionne.",
    "closed": "Attendez que ce professionnel vous écrive, ou appelez-le.",
    "stranger": "Choisissez un correspondant de la liste : ce sont les professionnels qui vous ont écrit.",
    "absent": "Revenez à vos messages, et choisissez dans la liste.",
}


def mailbox_of(space: Space) -> CitizenMailbox:
    """Return the mailbox of the record that is open."""
    return CitizenMailbox(space.call.sandbox, space.call.session, DOOR, space.patient.mailbox)


def reader_of(space: Space) -> str:
    """Return the representative who reads and writes in the place of a child; "" for the citizen himself."""
    return space.visit.who if space.represents else ""


@contextmanager
def asked(link: str = "/messages", label: str = "Mes messages") -> Iterator[None]:
    """Put what the mailbox refuses within the block, or does not answer, in the patient's words. Raises Told."""
    try:
        yield
    except MailRefused as refused:
        title, status = _TITLES.get(refused.code, ("La messagerie refuse ce geste", 403))
        remedy = _REMEDIES.get(refused.code, refused.remedy)
        raise Told(
            f"mail-{refused.code}",
            title,
            received=refused.received,
            expected=f"{refused.expected}. {refused.remedy}" if remedy is not refused.remedy else refused.expected,
            where="messagerie de l'usager",
            remedy=remedy,
            status=status,
            link=link,
            label=label,
        ) from refused
    except MailUnreachable as error:
        raise Told(
            "mail-unreachable",
            "Votre messagerie ne répond pas",
            received=str(error),
            expected="le service MSSanté, dans ce bac à sable ou à une adresse connue de lui",
            where="messagerie de l'usager",
            remedy="Démarrez MSSanté avec le DMP (lgo-sandbox up), ou donnez son adresse (LGO_SANDBOX_SERVICE_URLS), "
            "puis rechargez la page. Le reste de votre espace fonctionne.",
            status=503,
            link="/messages",
            label="Réessayer",
        ) from error
