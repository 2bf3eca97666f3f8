"""What the reading door refuses: key, response with its code and text, French title, remedy.

Source: RFC 3501 §7.1, RFC 5530 §3; confidence high. ``BYE`` ends the connection. Data only.
"""

from __future__ import annotations

__all__ = ["IMAP_REPLIES"]

IMAP_REPLIES = (
    # Lines and commands
    (
        "imap-etiquette",
        "BAD Missing or bad tag",
        "Ligne IMAP sans étiquette lisible",
        "Commencez chaque commande par une étiquette (lettres et chiffres), une espace, puis le nom de la commande.",
    ),
    (
        "imap-commande-inconnue",
        "BAD Unknown command",
        "Commande IMAP inconnue",
        "N'envoyez que les commandes d'IMAP4rev1 et des extensions que CAPABILITY annonce.",
    ),
    (
        "imap-etat",
        "BAD Not allowed in this state",
        "Commande IMAP hors de son état",
        "Suivez l'ordre d'IMAP : STARTTLS, AUTHENTICATE, SELECT, puis les commandes sur les messages.",
    ),
    (
        "imap-syntaxe",
        "BAD Syntax error",
        "Commande IMAP mal écrite",
        "Écrivez l'argument selon la grammaire de la RFC 3501 (§9).",
    ),
    (
        "imap-limite",
        "BAD Too many or too deep",
        "Commande IMAP au-delà des bornes",
        "Coupez la commande en plusieurs, plus courtes.",
    ),
    (
        "imap-inconnu",
        "BAD Unknown argument",
        "Argument IMAP inconnu",
        "N'utilisez que les éléments de la RFC 3501 et des extensions annoncées.",
    ),
    (
        "imap-numero",
        "BAD no such message",
        "Numéro de message qui n'existe pas",
        "Tenez compte des réponses EXISTS et EXPUNGE, ou désignez les messages par UID.",
    ),
    (
        "imap-litteral-trop-grand",
        "NO [TOOBIG] Literal too large",
        "Littéral IMAP trop grand",
        "Réduisez le littéral : la taille entre accolades est refusée avant d'être lue.",
    ),
    # Opening
    (
        "imap-starttls-d-abord",
        "NO [PRIVACYREQUIRED] Begin TLS first",
        "Ouverture de boîte avant STARTTLS",
        "Envoyez STARTTLS, faites la poignée de main, relisez CAPABILITY, puis AUTHENTICATE.",
    ),
    (
        "imap-tls-deja",
        "BAD TLS is active already",
        "STARTTLS dans une connexion déjà chiffrée",
        "N'envoyez STARTTLS qu'une fois : CAPABILITY ne l'annonce plus après la poignée de main.",
    ),
    (
        "imap-login-ferme",
        "NO [PRIVACYREQUIRED] LOGIN is disabled",
        "LOGIN n'est pas offert",
        "Ouvrez la boîte par AUTHENTICATE XOAUTH2 avec le jeton Pro Santé Connect (LOGINDISABLED est annoncé).",
    ),
    (
        "imap-mecanisme",
        "NO [CANNOT] Unsupported authentication mechanism",
        "Mécanisme d'authentification non offert",
        "Utilisez XOAUTH2 ; PLAIN n'est offert qu'à qui présente un certificat client ORG AUTH_CLI.",
    ),
    (
        "imap-base64",
        "BAD bad base64",
        "Réponse SASL qui n'est pas du base 64",
        "Codez toute la réponse en base 64, sans saut de ligne.",
    ),
    (
        "imap-auth-annulee",
        "BAD AUTHENTICATE aborted",
        "Authentification annulée par le client",
        "Envoyez la réponse en base 64 au lieu de « * » pour ouvrir la boîte.",
    ),
    (
        "imap-done",
        "BAD DONE expected",
        "IDLE terminé par autre chose que DONE",
        "Envoyez DONE seul sur sa ligne avant la commande suivante.",
    ),
    # Folders
    (
        "imap-nom-de-dossier",
        "NO [CANNOT] bad mailbox name",
        "Nom de dossier impossible",
        "Écrivez le nom en UTF-7 modifié (RFC 3501 §5.1.3), sans « * » ni « % », en dix niveaux au plus.",
    ),
    (
        "imap-dossier-absent",
        "NO [NONEXISTENT] Mailbox does not exist",
        "Dossier qui n'existe pas",
        "Lisez les noms par LIST, ou créez le dossier par CREATE.",
    ),
    (
        "imap-quota-inconnu",
        "NO [NONEXISTENT] No such quota root",
        "Racine de quota qui n'existe pas",
        "Demandez la racine par GETQUOTAROOT : une boîte n'en a qu'une, de nom vide.",
    ),
    (
        "imap-quota-fixe",
        "NO [NOPERM] Quotas are set by the operator",
        "Quota que seul l'opérateur fixe",
        "N'envoyez pas SETQUOTA : QUOTASET n'est pas annoncé.",
    ),
    (
        "imap-dossier-a-creer",
        "NO [TRYCREATE] Mailbox does not exist",
        "Dossier de destination qui n'existe pas",
        "Créez le dossier par CREATE, puis recommencez.",
    ),
    (
        "imap-dossier-existe",
        "NO [ALREADYEXISTS] Mailbox already exists",
        "Le dossier existe déjà",
        "Choisissez un autre nom, ou servez-vous du dossier qui existe.",
    ),
    (
        "imap-dossier-interdit",
        "NO [CANNOT] Not possible",
        "Opération impossible sur ce dossier",
        "Laissez INBOX en place, et ne mettez pas un dossier sous lui-même.",
    ),
    (
        "imap-trop-de-dossiers",
        "NO [LIMIT] Too many mailboxes",
        "Trop de dossiers ou d'abonnements",
        "Supprimez des dossiers avant d'en créer.",
    ),
    (
        "imap-lecture-seule",
        "NO [READ-ONLY] Mailbox is read-only",
        "Changement dans un dossier ouvert en lecture seule",
        "Ouvrez le dossier par SELECT au lieu d'EXAMINE.",
    ),
    # Messages
    (
        "imap-trop-de-mots-cles",
        "NO [LIMIT] Too many keywords",
        "Trop de mots-clés dans le dossier",
        "Réutilisez les mots-clés qui existent (réponse FLAGS).",
    ),
    (
        "imap-jeu-de-caracteres",
        "NO [BADCHARSET (US-ASCII UTF-8)] Unknown charset",
        "Jeu de caractères de recherche inconnu",
        "Cherchez en UTF-8.",
    ),
    (
        "imap-retires",
        "NO [EXPUNGEISSUED] Some messages were removed meanwhile",
        "Des messages ont été retirés entre-temps",
        "Envoyez NOOP pour apprendre les EXPUNGE, ou désignez les messages par UID.",
    ),
    (
        "imap-message-vide",
        "NO [CANNOT] A message cannot be empty",
        "Dépôt d'un message vide",
        "Déposez un message entier, en-têtes compris.",
    ),
    (
        "imap-message-trop-lourd",
        "NO [TOOBIG] Message too large",
        "Message plus lourd que la limite de l'opérateur",
        "Allégez le message avant de le déposer.",
    ),
    (
        "imap-boite-pleine",
        "NO [OVERQUOTA] Mailbox is full",
        "La boîte est pleine",
        "Supprimez des messages (STORE +FLAGS \\Deleted, puis EXPUNGE).",
    ),
    (
        "imap-stockage",
        "NO [UNAVAILABLE] The store cannot be written now",
        "Le bac à sable ne peut pas écrire",
        "Ce n'est pas votre logiciel : libérez le disque du bac à sable, puis recommencez.",
    ),
    # End of the connection
    (
        "imap-trop-de-bad",
        "BYE Too many bad commands",
        "Trop de commandes refusées : la connexion est close",
        "Corrigez les commandes précédentes de cette connexion : chacune a son constat.",
    ),
    (
        "imap-trop-d-echecs",
        "BYE Too many authentication failures",
        "Trop d'ouvertures refusées : la connexion est close",
        "Corrigez la cause du premier refus avant de réessayer, et espacez les essais.",
    ),
    (
        "imap-ligne-trop-longue",
        "BYE Line too long",
        "Ligne IMAP trop longue : la connexion est close",
        "Coupez la commande en plusieurs, ou envoyez les longs arguments en littéraux.",
    ),
    (
        "imap-litteral-impossible",
        "BYE [TOOBIG] Literal too large",
        "Littéral IMAP trop grand, envoyé sans attendre : la connexion est close",
        "Réduisez le littéral, ou annoncez-le par {n} et attendez « + » au lieu de {n+}.",
    ),
    (
        "imap-dossier-disparu",
        "BYE The selected mailbox is gone",
        "Le dossier ouvert a été supprimé ailleurs",
        "Rouvrez la connexion, et choisissez un autre dossier.",
    ),
    (
        "imap-session-disparue",
        "BYE The session is gone",
        "La session du bac à sable n'existe plus",
        "Créez de nouveau la session, puis rouvrez la connexion.",
    ),
    (
        "imap-complet",
        "BYE Too many connections",
        "Trop de connexions en même temps",
        "Fermez chaque connexion par LOGOUT, et gardez-en peu d'ouvertes.",
    ),
    (
        "imap-trop-lent",
        "BYE Autologout: idle for too long",
        "Client IMAP trop lent ou inactif",
        "Envoyez NOOP, ou DONE puis IDLE, avant la fin du délai ; fermez par LOGOUT une connexion qui ne sert plus.",
    ),
    (
        "imap-certificat",
        "BYE The client certificate is not for client authentication",
        "Certificat client sans l'usage clientAuth",
        "Présentez le certificat d'authentification, et gardez celui de signature pour signer.",
    ),
    (
        "imap-http",
        "BYE HTTP is not spoken here",
        "Requête HTTP sur le port IMAP",
        "Corrigez le port configuré.",
    ),
)
