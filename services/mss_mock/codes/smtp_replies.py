"""What the submission door refuses: key, reply with its enhanced code and text, French title, remedy.

Source: RFC 5321 §4.2.4 and §4.5.3, RFC 3461 §4–5, RFC 3463, RFC 4954 §4 and §6, RFC 1870 §6: high. Data only.
"""

from __future__ import annotations

__all__ = ["SMTP_REPLIES"]

SMTP_REPLIES = (
    # Lines and commands
    (
        "smtp-ligne-trop-longue",
        "500 5.5.2 Command line too long",
        "Ligne de commande SMTP trop longue",
        "Raccourcissez la commande : 512 octets, 2 048 pour MAIL et RCPT, 65 536 pour AUTH.",
    ),
    (
        "smtp-ligne-illisible",
        "500 5.5.2 Error: bad syntax",
        "Ligne vide, ou sans verbe SMTP",
        "Commencez chaque ligne par un verbe SMTP en lettres ASCII, et terminez-la par CRLF.",
    ),
    (
        "smtp-non-ascii",
        "500 5.5.2 Error: strict ASCII mode",
        "Commande SMTP avec des octets hors de l'ASCII",
        "N'envoyez que de l'ASCII dans les commandes : l'extension SMTPUTF8 n'est pas annoncée.",
    ),
    (
        "smtp-commande-inconnue",
        "500 5.5.2 Error: command not recognized",
        "Commande SMTP inconnue",
        "N'envoyez que les commandes de la RFC 5321 et les extensions que la réponse à EHLO annonce.",
    ),
    (
        "smtp-trop-d-inconnues",
        "502 5.5.1 Too many unrecognized commands, goodbye.",
        "Trop de commandes inconnues : la connexion est close",
        "Corrigez les commandes précédentes de cette connexion : chacune a son constat.",
    ),
    (
        "smtp-helo",
        "502 5.5.1 Use EHLO",
        "HELO : sans extensions, il n'y a ni TLS ni authentification",
        "Remplacez HELO par EHLO.",
    ),
    (
        "smtp-non-offerte",
        "502 5.5.1 Command not implemented",
        "Commande SMTP que l'opérateur n'offre pas",
        "N'utilisez que ce que la réponse à EHLO annonce.",
    ),
    (
        "smtp-ehlo-sans-nom",
        "501 5.5.4 Syntax: EHLO hostname",
        "EHLO sans nom d'hôte",
        "Ajoutez le nom de la machine, ou son adresse entre crochets, après EHLO.",
    ),
    (
        "smtp-argument",
        "501 5.5.4 Syntax error in parameters",
        "Argument que la commande n'admet pas",
        "Envoyez la commande sans argument.",
    ),
    # Order
    (
        "smtp-starttls-d-abord",
        "530 5.7.0 Must issue a STARTTLS command first",
        "Commande avant STARTTLS",
        "Envoyez STARTTLS après le premier EHLO, puis un nouvel EHLO dans TLS.",
    ),
    (
        "smtp-ehlo-d-abord",
        "503 5.5.1 Error: send EHLO first",
        "Commande avant EHLO",
        "Envoyez EHLO à l'ouverture de la connexion, et de nouveau après la poignée de main TLS.",
    ),
    (
        "smtp-auth-d-abord",
        "530 5.7.0 Authentication required",
        "Commande avant l'authentification",
        "Ouvrez la boîte par AUTH XOAUTH2 avant cette commande.",
    ),
    (
        "smtp-tls-deja",
        "503 5.5.1 TLS already active",
        "STARTTLS dans une connexion déjà chiffrée",
        "N'envoyez STARTTLS qu'une fois : EHLO ne l'annonce plus après la poignée de main.",
    ),
    (
        "smtp-mail-imbrique",
        "503 5.5.1 Nested MAIL command",
        "MAIL alors qu'un message est en cours",
        "Terminez le message par DATA, ou annulez-le par RSET, avant un autre MAIL.",
    ),
    (
        "smtp-mail-d-abord",
        "503 5.5.1 Need MAIL command",
        "RCPT ou DATA sans MAIL",
        "Envoyez MAIL FROM, et attendez son 250, avant RCPT TO.",
    ),
    (
        "smtp-rcpt-d-abord",
        "503 5.5.1 Need RCPT command",
        "DATA sans aucun destinataire accepté",
        "N'envoyez DATA qu'après au moins un RCPT TO accepté (250).",
    ),
    # Authentication
    (
        "smtp-auth-deja",
        "503 5.5.1 Already authenticated",
        "AUTH dans une connexion déjà authentifiée",
        "Ouvrez une autre connexion pour une autre boîte.",
    ),
    (
        "smtp-mecanisme",
        "504 5.5.4 Unrecognized authentication type",
        "Mécanisme d'authentification non offert",
        "Utilisez XOAUTH2 ; PLAIN n'est offert qu'à qui présente un certificat client ORG AUTH_CLI.",
    ),
    (
        "smtp-base64",
        "501 5.5.2 Cannot decode base64",
        "Réponse SASL qui n'est pas du base 64",
        "Codez toute la réponse en base 64, sans saut de ligne.",
    ),
    (
        "smtp-auth-annulee",
        "501 5.7.0 Auth aborted",
        "Authentification annulée par le client",
        "Envoyez la réponse en base 64 au lieu de « * » pour ouvrir la boîte.",
    ),
    (
        "smtp-trop-d-echecs",
        "421 4.7.0 Too many authentication failures",
        "Trop d'authentifications refusées : la connexion est close",
        "Corrigez la cause du premier refus avant de réessayer, et espacez les essais.",
    ),
    # Envelope
    (
        "smtp-chemin",
        "501 5.5.4 Syntax error",
        "Chemin de MAIL ou de RCPT mal écrit",
        "Écrivez l'adresse entre chevrons, juste après « FROM: » ou « TO: », et les paramètres ensuite.",
    ),
    (
        "smtp-destinataire-vide",
        "501 5.1.3 Bad recipient address syntax",
        "Destinataire vide",
        "Mettez l'adresse du destinataire entre les chevrons de RCPT TO.",
    ),
    (
        "smtp-adresse-expediteur",
        "501 5.1.7 Bad address syntax",
        "Adresse d'expéditeur mal formée",
        "Écrivez une adresse complète, nom@domaine, de 254 octets au plus.",
    ),
    (
        "smtp-adresse-destinataire",
        "553 5.1.3 Bad address syntax",
        "Adresse de destinataire mal formée",
        "Écrivez une adresse complète, nom@domaine, de 254 octets au plus.",
    ),
    (
        "smtp-parametre",
        "501 5.5.4 Bad parameter syntax",
        "Paramètre mal écrit, ou donné deux fois",
        "Écrivez chaque paramètre une fois, sous la forme NOM=valeur, séparés par une espace.",
    ),
    (
        "smtp-parametre-inconnu",
        "555 5.5.4 Unsupported parameter",
        "Paramètre que l'opérateur ne connaît pas",
        "N'envoyez que les paramètres des extensions annoncées : SIZE, BODY, RET, ENVID, NOTIFY, ORCPT.",
    ),
    (
        "smtp-size",
        "501 5.5.4 Bad SIZE value",
        "Valeur de SIZE mal formée",
        "Donnez la taille du message en octets, en chiffres.",
    ),
    (
        "smtp-body",
        "501 5.5.4 BODY can only be one of 7BIT, 8BITMIME",
        "Valeur de BODY inconnue",
        "Mettez BODY=8BITMIME, ou omettez le paramètre.",
    ),
    ("smtp-ret", "501 5.5.4 Bad RET value", "Valeur de RET inconnue", "Mettez RET=FULL ou RET=HDRS."),
    (
        "smtp-notify",
        "501 5.5.4 Bad NOTIFY value",
        "Valeur de NOTIFY inconnue",
        "Mettez NOTIFY=NEVER seul, ou une liste de SUCCESS, FAILURE, DELAY.",
    ),
    (
        "smtp-orcpt",
        "501 5.5.4 Bad ORCPT value",
        "Valeur de ORCPT mal formée",
        "Écrivez ORCPT=rfc822;adresse, l'adresse en xtext.",
    ),
    (
        "smtp-xtext",
        "501 5.5.4 Bad xtext value",
        "Valeur xtext mal codée ou trop longue",
        "Codez « + », « = » et ce qui n'est pas imprimable par +HH, HH en hexadécimal majuscule.",
    ),
    (
        "expediteur-autre",
        "553 5.7.1 Sender address rejected",
        "L'expéditeur n'est pas la boîte ouverte",
        "Mettez dans MAIL FROM l'adresse de la boîte authentifiée, ou ouvrez l'autre boîte.",
    ),
    (
        "auteur-autre",
        "550 5.7.1 From header rejected",
        "L'auteur du message n'est pas la boîte ouverte",
        "Mettez dans From: l'adresse de la boîte authentifiée ; pour répondre ailleurs, ajoutez Reply-To.",
    ),
    (
        "destinataire-inconnu",
        "550 5.1.1 Recipient address rejected: User unknown",
        "Aucune boîte MSSanté n'a cette adresse",
        "Cherchez l'adresse du correspondant dans l'Annuaire Santé, et recopiez-la exactement.",
    ),
    (
        "domaine-hors-liste",
        "550 5.7.1 Recipient address rejected: Domain is not in the MSSante white list",
        "Le domaine du destinataire n'est pas dans la liste blanche MSSanté",
        "N'écrivez qu'à l'espace de confiance : cherchez l'adresse dans l'Annuaire Santé, relisez la liste blanche.",
    ),
    (
        "usager-adresse",
        "550 5.1.3 Recipient address rejected: Bad mailbox name",
        "L'adresse d'usager n'est pas faite d'un matricule",
        "Construisez l'adresse sur le matricule INS qualifié du patient : 15 caractères, puis @patient.mssante.fr.",
    ),
    (
        "usager-inconnu",
        "550 5.1.1 Recipient address rejected: User unknown",
        "Aucun usager n'a cette adresse",
        "Construisez l'adresse sur le matricule INS qualifié du patient : 15 caractères, puis @patient.mssante.fr.",
    ),
    (
        "boite-fermee",
        "550 5.2.1 Recipient address rejected: Mailbox closed",
        "L'usager a fermé sa messagerie",
        "Remettez le document autrement : cet usager ne reçoit pas de message.",
    ),
    (
        "usager-sans-espace",
        "550 5.1.1 Recipient address rejected: User unknown",
        "L'usager n'a pas de Mon espace santé, ou s'y est opposé",
        "Remettez le document autrement : rien ne peut être envoyé à cet usager.",
    ),
    (
        "trop-de-destinataires",
        "452 4.5.3 Too many recipients",
        "Trop de destinataires pour un message",
        "Envoyez le message par DATA, puis recommencez avec les destinataires qui restent.",
    ),
    (
        "boite-pleine",
        "452 4.2.2 Mailbox full",
        "La boîte du destinataire est pleine",
        "Réessayez plus tard, ou prévenez le destinataire.",
    ),
    # Message
    (
        "message-trop-lourd",
        "552 5.3.4 Message size exceeds fixed limit",
        "Message plus lourd que la limite de l'opérateur",
        "Allégez les pièces jointes, ou envoyez plusieurs messages ; SIZE dans la réponse à EHLO donne la limite.",
    ),
    (
        "ligne-trop-longue",
        "500 5.6.0 Line too long (RFC 5321 section 4.5.3.1.6)",
        "Ligne du message trop longue",
        "Repliez les en-têtes et codez les parties longues en base 64 ou quoted-printable.",
    ),
    (
        "octet-nul",
        "554 5.6.0 Message contains NUL octets",
        "Octet nul dans le message",
        "Codez les parties binaires en base 64.",
    ),
    (
        "fin-de-ligne-isolee",
        "550 5.6.0 Bare CR or LF in message: lines end with CRLF (RFC 5321 section 2.3.8)",
        "CR ou LF isolé dans le message",
        "Terminez chaque ligne par CRLF (13 10), et codez les parties qui contiennent d'autres fins de ligne.",
    ),
    (
        "stockage-plein",
        "452 4.3.1 Insufficient system storage",
        "Le bac à sable n'a plus de place pour le message",
        "Ce n'est pas votre logiciel : libérez le disque du bac à sable, puis renvoyez le message.",
    ),
    (
        "stockage-impossible",
        "451 4.3.0 Error: queue file write error",
        "Le bac à sable ne peut pas écrire le message",
        "Ce n'est pas votre logiciel : libérez le fichier nommé, puis renvoyez le message.",
    ),
    # End of the connection
    (
        "smtp-session-disparue",
        "421 4.3.2 Session is gone",
        "La session du bac à sable n'existe plus",
        "Créez de nouveau la session, puis rouvrez la connexion.",
    ),
    (
        "smtp-complet",
        "421 4.3.2 Too many connections",
        "Trop de connexions en même temps",
        "Fermez chaque connexion par QUIT, et gardez-en peu d'ouvertes.",
    ),
    (
        "smtp-trop-lent",
        "421 4.4.2 Timeout exceeded",
        "Client SMTP trop lent",
        "Envoyez la commande ou le message sans attendre, et fermez par QUIT une connexion qui ne sert plus.",
    ),
    (
        "smtp-certificat",
        "554 5.7.0 The client certificate is not for client authentication",
        "Certificat client sans l'usage clientAuth",
        "Présentez le certificat d'authentification, et gardez celui de signature pour signer.",
    ),
    (
        "smtp-http",
        "500 5.5.2 Error: HTTP is not spoken here",
        "Requête HTTP sur le port SMTP",
        "Corrigez le port configuré.",
    ),
)
