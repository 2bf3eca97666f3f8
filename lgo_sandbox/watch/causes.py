"""What the sandbox itself refuses or cuts, before or instead of a service: one cause each, with its remedy, as data.

A ``Refusal`` whose code is one of these becomes a finding under that id, whatever the service. Services explain their
own refusals. Source: docs/sources/transport.md. Must not know any service.
"""

from __future__ import annotations

from dataclasses import dataclass

from health_documents.findings import Severity
from lgo_sandbox.state.errors import StoreError
from lgo_sandbox.watch.facts import Facts

__all__ = ["CAUSES", "Cause", "Struck"]

PAGE = "docs/sources/transport.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One thing that can go wrong around a service; the texts are French, ``remedy`` holds for want of a nearer one."""

    id: str
    title: str
    expected: str
    remedy: str
    anchor: str
    severity: Severity = Severity.ERROR

    @property
    def source(self) -> str:
        """A link into the sources."""
        return f"{PAGE}#{self.anchor}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck(Facts):
    """The armed fault that strikes an exchange; ``effect`` is French."""

    id: str
    effect: str
    on_the_wire: bool


CAUSES = {
    cause.id: cause
    for cause in (
        Cause(
            id="SANDBOX-CHEMIN",
            title="Adresse inconnue de ce service",
            expected="un chemin de ce service",
            remedy="Corrigez le chemin de l'URL configurée dans le logiciel.",
            anchor="chemin-inconnu",
        ),
        Cause(
            id="SANDBOX-SESSION-INCONNUE",
            title="Session du bac à sable inconnue",
            expected="une session qui existe (préfixe /s/…, certificat ou jeton)",
            remedy="Créez la session, ou retirez ce qui la nomme : une session éphémère meurt avec son processus.",
            anchor="session-inconnue",
        ),
        Cause(
            id="SANDBOX-TLS-SUR-PORT-CLAIR",
            title="TLS sur un port sans TLS",
            expected="une requête HTTP/1.1 en clair sur ce port",
            remedy="Utilisez le port TLS du service, que donne le fichier de démarrage.",
            anchor="tls-vers-port-clair",
        ),
        Cause(
            id="SANDBOX-HTTP-SUR-PORT-TLS",
            title="Requête en clair sur un port TLS",
            expected="une poignée de main TLS",
            remedy="Écrivez https:// dans l'adresse configurée, ou prenez le port clair pour les premiers pas.",
            anchor="http-vers-port-tls",
        ),
        Cause(
            id="SANDBOX-HTTP2",
            title="HTTP/2 sans négociation",
            expected="une requête HTTP/1.1",
            remedy="Désactivez HTTP/2 (« prior knowledge ») dans le client HTTP : le service est en HTTP/1.1.",
            anchor="preface-http2",
        ),
        Cause(
            id="SANDBOX-LIGNE-ILLISIBLE",
            title="Requête HTTP illisible",
            expected="« MÉTHODE /chemin HTTP/1.1 », puis des en-têtes « Nom: valeur », chacun terminé par CRLF",
            remedy="Comparez à la forme attendue la première ligne et les en-têtes reçus : espace, fin de ligne ou "
            "caractère interdit, longueur écrite deux fois.",
            anchor="ligne-illisible",
        ),
        Cause(
            id="SANDBOX-HOST",
            title="Requête HTTP/1.1 sans un en-tête Host, et un seul",
            expected="un en-tête Host : le nom et le port de l'adresse appelée",
            remedy="Ajoutez « Host: nom:port » à la requête, une seule fois ; un client HTTP le fait de lui-même.",
            anchor="host",
        ),
        Cause(
            id="SANDBOX-EXPECT",
            title="Attente (Expect) que le service ne peut satisfaire",
            expected="Expect: 100-continue, ou pas d'en-tête Expect",
            remedy="Retirez l'en-tête Expect de la requête, ou écrivez 100-continue.",
            anchor="expect",
        ),
        Cause(
            id="SANDBOX-TETE-TROP-LONGUE",
            title="Tête de requête trop longue",
            expected="une tête dans les bornes du bac à sable",
            remedy="Mettez dans le corps ce que l'adresse ou les en-têtes transportent, et n'envoyez pas deux fois un "
            "en-tête.",
            anchor="tete-trop-longue",
        ),
        Cause(
            id="SANDBOX-REQUETE-LENTE",
            title="Requête trop lente",
            expected="la requête entière dans le délai",
            remedy="Préparez la requête avant d'ouvrir la connexion, puis envoyez-la sans pause ; le délai est un "
            "réglage du bac à sable.",
            anchor="requete-trop-lente",
        ),
        Cause(
            id="SANDBOX-CORPS-GZIP",
            title="Corps de requête compressé",
            expected="un corps sans Content-Encoding",
            remedy="Désactivez la compression des requêtes dans le client HTTP du logiciel.",
            anchor="corps-gzip",
        ),
        Cause(
            id="SANDBOX-MEMOIRE-PLEINE",
            title="Trop de corps de requête en même temps",
            expected="moins d'octets en cours à la fois",
            remedy="Envoyez moins de gros corps en parallèle, et recommencez après le délai de Retry-After.",
            anchor="memoire-pleine",
        ),
        Cause(
            id="SANDBOX-METHODE",
            title="Méthode HTTP non admise à cette adresse",
            expected="une méthode admise",
            remedy="Changez la méthode HTTP, non l'adresse.",
            anchor="methode",
        ),
        Cause(
            id="SANDBOX-CORPS-TROP-LONG",
            title="Corps de requête trop long",
            expected="un corps dans la limite du service",
            remedy="Réduisez ce que la requête transporte.",
            anchor="corps-trop-long",
        ),
        Cause(
            id="SANDBOX-REQUETE-COUPEE",
            title="Requête coupée avant sa fin",
            expected="le corps entier annoncé par Content-Length",
            remedy="Vérifiez le Content-Length et le délai d'attente du logiciel : il a fermé la connexion trop tôt.",
            anchor="requete-coupee",
            severity=Severity.WARNING,
        ),
        Cause(
            id="SANDBOX-PANNE",
            title="Panne simulée, armée par le testeur",
            expected="aucune : la panne est voulue",
            remedy="Désarmez la panne pour revoir la réponse ordinaire du service.",
            anchor="panne-simulee",
            severity=Severity.INFO,
        ),
        Cause(
            id="SANDBOX-STOCKAGE",
            title="L'état du bac à sable ne peut pas être écrit ou lu",
            expected=StoreError.expected,
            remedy="Ce n'est pas votre logiciel : libérez le disque ou le fichier nommé, puis recommencez.",
            anchor="stockage",
        ),
        Cause(
            id="SANDBOX-DEFAUT",
            title="Défaut du bac à sable",
            expected="une réponse du service",
            remedy="Ce n'est pas votre logiciel : signalez ce défaut avec l'échange en pièce jointe.",
            anchor="defaut",
        ),
        Cause(
            id="SANDBOX-INEXPLIQUE",
            title="Refus que le bac à sable n'explique pas encore",
            expected="une requête que le service accepte",
            remedy="Signalez cet échange : un refus sans explication est un défaut du bac à sable.",
            anchor="inexplique",
        ),
        Cause(
            id="SANDBOX-TLS-IMPLICITE-SMTP",
            title="TLS dès la connexion sur le port SMTP",
            expected="du texte (EHLO), puis STARTTLS",
            remedy="Réglez l'envoi sur « STARTTLS » au lieu de « SSL/TLS » (le port n'est pas un port 465).",
            anchor="tls-implicite-smtp",
        ),
        Cause(
            id="SANDBOX-TLS-IMPLICITE-IMAP",
            title="TLS dès la connexion sur le port IMAP",
            expected="du texte, puis STARTTLS",
            remedy="Réglez la lecture sur « STARTTLS » au lieu de « SSL/TLS » (le port n'est pas un port 993).",
            anchor="tls-implicite-imap",
        ),
        Cause(
            id="SANDBOX-AUTH-AVANT-STARTTLS",
            title="Identifiants envoyés avant STARTTLS",
            expected="STARTTLS, la poignée de main, puis l'authentification",
            remedy="Envoyez STARTTLS, faites la poignée de main, puis seulement AUTH ou AUTHENTICATE.",
            anchor="auth-avant-starttls",
        ),
        Cause(
            id="SANDBOX-HTTP-SUR-COURRIEL",
            title="Requête HTTP sur un port de courriel",
            expected="des commandes SMTP ou IMAP",
            remedy="Corrigez le port configuré : celui-ci n'est ni l'Annuaire Santé, ni l'autoconfiguration.",
            anchor="http-sur-courriel",
        ),
        Cause(
            id="SANDBOX-DIALOGUE-COUPE",
            title="Dialogue de courriel coupé au milieu d'une commande",
            expected="la commande ou le message jusqu'à sa fin",
            remedy="Vérifiez le délai d'attente du logiciel et ses fins de ligne (CRLF) : il a fermé trop tôt.",
            anchor="dialogue-coupe",
            severity=Severity.WARNING,
        ),
        Cause(
            id="SANDBOX-DIALOGUE-TROP-LENT",
            title="Client de courriel trop lent ou inactif",
            expected="une commande ou un message entier dans le délai",
            remedy="Envoyez sans attendre, et fermez par QUIT ou LOGOUT une connexion qui ne sert plus.",
            anchor="dialogue-trop-lent",
            severity=Severity.WARNING,
        ),
        Cause(
            id="SANDBOX-TROP-DE-CONNEXIONS",
            title="Trop de connexions de courriel en même temps",
            expected="moins de connexions ouvertes",
            remedy="Fermez chaque connexion par QUIT ou LOGOUT, et gardez-en peu d'ouvertes.",
            anchor="trop-de-connexions",
        ),
        Cause(
            id="SANDBOX-AUTORITE-INCONNUE",
            title="Le client ne connaît pas l'autorité du bac à sable",
            expected="une poignée de main TLS acceptée par le client",
            remedy="Ajoutez le fichier « ca » du fichier de démarrage aux autorités de confiance du logiciel (ou du "
            "navigateur, si c'en est un).",
            anchor="autorite-inconnue-du-client",
        ),
        Cause(
            id="SANDBOX-NOM-DU-SERVEUR",
            title="Nom du serveur absent du certificat",
            expected="un nom que porte le certificat du serveur",
            remedy="Écrivez dans l'adresse configurée un nom du certificat : localhost, 127.0.0.1, ou un nom déclaré.",
            anchor="nom-du-serveur",
        ),
        Cause(
            id="SANDBOX-SUITE",
            title="Aucune suite cryptographique commune",
            expected="une suite ECDHE avec AES-GCM ou CHACHA20",
            remedy="Activez dans le logiciel les suites TLS 1.2 ECDHE avec AES-GCM, ou TLS 1.3.",
            anchor="aucune-suite-commune",
        ),
        Cause(
            id="SANDBOX-VERSION-TLS",
            title="Version de TLS refusée",
            expected="TLS 1.2 ou 1.3",
            remedy="Activez TLS 1.2 ou 1.3 dans le logiciel, et retirez TLS 1.0 et 1.1.",
            anchor="version-tls",
        ),
        Cause(
            id="SANDBOX-CERTIFICAT-CLIENT",
            title="Certificat client refusé à la connexion",
            expected="un certificat client d'authentification, d'une autorité du bac à sable, ou aucun",
            remedy="Présentez un certificat d'authentification émis par le bac à sable (certificates du fichier).",
            anchor="certificat-client",
        ),
        Cause(
            id="SANDBOX-TLS-ATTENDU",
            title="Autre chose que TLS après STARTTLS",
            expected="une poignée de main TLS",
            remedy="Commencez la poignée de main dès la réponse à STARTTLS, sans autre commande.",
            anchor="starttls-smtp",
        ),
        Cause(
            id="SANDBOX-SERVEUR-FAUTIF-ACCEPTE",
            title="Le logiciel a parlé à un serveur qu'il devait refuser",
            expected="la rupture de la poignée de main, ou la fin de la connexion, avant la première donnée",
            remedy="Corrigez ce que le logiciel vérifie du serveur, et recommencez.",
            anchor="serveur-fautif-accepte",
        ),
        Cause(
            id="SANDBOX-SERVEUR-FAUTIF-REFUSE",
            title="Le logiciel a refusé un serveur fautif : c'est ce qu'il devait faire",
            expected="ce refus",
            remedy="Rien à corriger. Vérifiez seulement que le logiciel accepte le serveur sans défaut : un logiciel "
            "qui refuse tout ne vérifie rien.",
            anchor="serveur-fautif-refuse",
            severity=Severity.INFO,
        ),
        Cause(
            id="SANDBOX-POIGNEE-ROMPUE",
            title="Poignée de main TLS rompue",
            expected="une poignée de main menée à son terme",
            remedy="Cherchez dans le journal du logiciel pourquoi il a fermé ; un navigateur ouvre ainsi des "
            "connexions d'avance : rien à faire alors.",
            anchor="autorite-inconnue-du-client",
            severity=Severity.INFO,
        ),
    )
}
