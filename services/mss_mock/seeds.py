"""The situations that a tester can trigger; nothing exists at the start but mailboxes, which are reference data.

Also what releases changed in stored mail: tables and columns that came are added by comparison, and filled when they
are first asked for (``store``). Source: specs/mssante.md §1–2; docs/decisions/0008-own-migrations.md. The inbound
corpus of requirements.md §3.2 (MSS-K) is that of ``correspondents``.
"""

from __future__ import annotations

from lgo_sandbox.contract import Situation
from lgo_sandbox.state.schema import Migration, Row

__all__ = ["MIGRATIONS", "SITUATIONS"]


def _without_recent(table: str, row: Row) -> Row:
    """Drop what the folder says now: from which UID on its messages are recent."""
    return {name: value for name, value in row.items() if (table, name) != ("mss_message", "recent")}


MIGRATIONS = (Migration(1, "recent messages are told by their folder", row=_without_recent),)

SITUATIONS = (
    Situation(
        "messagerie-fermee",
        "L'usager a fermé sa messagerie : le message est accepté, puis « Message non distribué » revient",
        "Écrire à 155128002194517@patient.mssante.fr (PICARD Bruno), ou à tout patient marqué messagerie-fermee.",
    ),
    Situation(
        "usager-sans-espace",
        "L'usager n'a pas de Mon espace santé : le message revient (5.1.1), ou est refusé (option closed_citizen)",
        "Écrire à 201026938392954@patient.mssante.fr (FOURNIER Inès), ou donner l'état absent ou opposed à un usager.",
    ),
    Situation(
        "echange-clos",
        "L'usager ne peut plus répondre : son robot le dit, un message en son nom est refusé (403)",
        "Écrire à un usager, puis lui envoyer X-MSS-MES: FIN, ou un message d'objet [FIN].",
    ),
    Situation(
        "usager-qui-repond",
        "L'usager lit, répond, joint un document, se tait ou écrit le premier",
        "Mettre l'option robot à answer, late, attachment, silent ou first, ou choisir un robot par mss/robots.",
    ),
    Situation(
        "correspondant-ecrit",
        "Un médecin, un hôpital, un laboratoire ou un centre d'imagerie envoie, remplace ou supprime un document",
        "lgo mss correspondant envoyer, ou POST mss/correspondents/{correspondant} ; delay ou at : plus tard.",
    ),
    Situation(
        "corpus-recu",
        "Tout ce qui peut arriver dans une boîte, avec ce qu'un logiciel doit en faire",
        "lgo mss correspondant corpus martin-claire, ou POST mss/correspondents/corpus.",
    ),
    Situation(
        "usager-inconnu",
        "Aucun usager n'a cette adresse : refus immédiat 550 5.1.1, ou retour différé (option unknown_citizen)",
        "Écrire à une adresse @patient.mssante.fr dont le matricule n'est celui de personne.",
    ),
    Situation(
        "message-trop-lourd-usager",
        "Message de plus de 25 Mo à un usager : « Undelivered Mail Returned to Sender »",
        "Mettre l'option size_limit_mo à 35 ou 50, puis envoyer 26 Mo à un usager.",
    ),
    Situation(
        "message-trop-lourd-operateur",
        "Message au-delà de la limite de l'opérateur : 552 5.3.4",
        "Envoyer plus de 10 Mo (option size_limit_mo).",
    ),
    Situation(
        "operateur-qui-tarde",
        "L'opérateur du destinataire retarde, refuse ou ne répond pas : rapport « delayed » ou « failed »",
        "POST mss/operators/hospitalier avec delivery à delayed, refused ou unreachable, puis écrire à l'hôpital.",
    ),
    Situation(
        "domaine-hors-liste",
        "Le domaine du destinataire n'est plus dans la liste blanche : le message revient (5.7.1)",
        "POST mss/domains/ch-valfontaine.mssante.fr avec listed à false, puis écrire à l'hôpital.",
    ),
    Situation(
        "correspondant-qui-accuse",
        "Le correspondant lit, intègre, refuse d'intégrer (code 900 à 906), supprime ou répond, et le dit",
        "Mettre l'option partner_robot à read, file, reject, delete ou answer, ou choisir par mss/partners/{adresse}.",
    ),
    Situation(
        "jeton-refuse",
        "Jeton PSC refusé : 334 avec le JSON d'erreur puis coupure en SMTP, NO [AUTHENTICATIONFAILED] en IMAP",
        "Ouvrir une boîte avec un jeton expiré ou révoqué, ou la boîte d'un autre professionnel.",
    ),
    Situation(
        "boite-applicative",
        "Boîte applicative : certificat ORG AUTH_CLI et PLAIN",
        "Présenter le certificat mss-app et ouvrir contact_auto@pharmacie-fontaine.mssante.fr (mot de passe ignoré).",
    ),
    Situation(
        "annuaire-api-incomplete",
        "L'extraction a des professionnels que l'API n'a pas",
        "Mettre l'option annuaire_gaps à lacking, puis chercher le RPPS 99700090139 (ESTEVE Marion).",
    ),
    Situation(
        "annuaire-doublon",
        "Une fiche est deux fois dans l'API, sous deux identifiants",
        "Mettre l'option annuaire_gaps à doubled, puis chercher le RPPS 99700090022 (CASTELNAU Thomas).",
    ),
    Situation(
        "annuaire-radie",
        "Une fiche inactive : identifiants seulement",
        "Chercher le RPPS 99700090113 (GRANVAL Serge).",
    ),
)
