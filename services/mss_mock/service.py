"""What the sandbox may know of the MSSanté operator.

Source: specs/mssante.md; contract of the project. What is uncertain there is an option here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lgo_sandbox.contract import Door, NamedFault, Operation, Option, Resource, Service
from lgo_sandbox.gate.citizen_mail import MAIL_PATH
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.settings import MIB
from lgo_sandbox.tenant.session import Session
from mss_mock.app import create_app, problem
from mss_mock.checks import CHECKS
from mss_mock.citizens.events import run_robot
from mss_mock.citizens.page import CITIZEN_MAIL, tell_mailbox
from mss_mock.citizens.resources import handle_citizens, handle_robots
from mss_mock.citizens.robots import ROBOT
from mss_mock.codes import ANNUAIRE_KEY, GATEWAY_FAULTS, NIL, BoxKind
from mss_mock.codes import SERVICE as NAME
from mss_mock.codes.citizens import Robot
from mss_mock.codes.faults import FAULTS
from mss_mock.codes.partners import MdnVersion, PartnerRobot
from mss_mock.correspondents.posting import CORRESPONDENT, post_late
from mss_mock.correspondents.resources import handle_correspondents
from mss_mock.decoding import decode
from mss_mock.delivery import DELIVERY, deliver_late
from mss_mock.directory_resource import handle_directory
from mss_mock.domain import mailboxes
from mss_mock.doors import serve
from mss_mock.imap.commands import OPERATIONS
from mss_mock.operators.courses import RELAY
from mss_mock.operators.resources import handle_domains, handle_operators
from mss_mock.partners.events import run_partner
from mss_mock.partners.resources import handle_partners
from mss_mock.partners.robots import PARTNER
from mss_mock.relaying import relay
from mss_mock.resources import handle_mailboxes
from mss_mock.seeds import MIGRATIONS, SITUATIONS

if TYPE_CHECKING:
    from sqlalchemy import MetaData

__all__ = ["SERVICE"]

_DOORS = (
    Door("annuaire", 5, "Annuaire Santé, autoconfiguration, liste blanche"),
    Door("smtp", 20, "MSSanté : envoi (SMTP, STARTTLS)", protocol="smtp", default_port=2587),
    Door("imap", 21, "MSSanté : lecture (IMAP, STARTTLS)", protocol="imap", default_port=2143),
)

_OPERATIONS = (
    Operation("smtp-auth", "Ouverture d'une session SMTP"),
    Operation("smtp-mail", "Expéditeur d'un message (MAIL)"),
    Operation("smtp-rcpt", "Destinataire d'un message (RCPT)"),
    Operation("smtp-data", "Demande d'envoi refusée (DATA)", armable=False),
    Operation("smtp-message", "Envoi d'un message"),
    Operation("operator-delivery", "Remise à un autre opérateur", armable=False),
    Operation("smtp-command", "Autre commande SMTP refusée", armable=False),
    Operation("smtp-connection", "Connexion SMTP rompue ou close", armable=False),
    *(
        Operation(name, f"IMAP : {name.removeprefix('imap-').upper()}", armable=name != "imap-starttls")
        for name in OPERATIONS
    ),
    Operation("imap-command", "Commande IMAP illisible, inconnue ou hors de son état", armable=False),
    Operation("imap-connection", "Connexion IMAP rompue ou close", armable=False),
    Operation("annuaire-search", "Recherche dans l'Annuaire Santé"),
    Operation("annuaire-read", "Lecture dans l'Annuaire Santé"),
    Operation("annuaire-write", "Écriture (refusée) dans l'Annuaire Santé"),
    Operation("annuaire-extraction", "Fichier d'extraction de l'Annuaire Santé"),
    Operation("autoconfig", "Configuration automatique d'une boîte"),
    Operation("white-list", "Liste blanche des domaines"),
    Operation(CITIZEN_MAIL, "Messagerie de l'usager, ouverte par sa page de Mon espace santé"),
)

_OPTIONS = (
    Option("token_refuse", "mailiz", ("mailiz", "535"), "Jeton refusé en SMTP : coupure après 334 (Mailiz), ou 535"),
    Option(
        "size_limit_mo", "10", ("5", "10", "25", "35", "50"), "Taille maximale d'un message chez l'opérateur, en Mo"
    ),
    Option(
        "org_mailbox_access", "structure", ("structure", "none"), "Boîte organisationnelle : ouverte aux professionnels"
    ),
    Option(
        "unknown_citizen", "reject", ("reject", "bounce"), "Usager inconnu : refus 550 immédiat, ou message de retour"
    ),
    Option(
        "closed_citizen", "bounce", ("bounce", "reject"), "Messagerie d'usager fermée : message de retour, ou refus 550"
    ),
    Option(
        "bare_newline", "reject", ("reject", "accept"), "LF ou CR isolé dans un message : refus 550, ou acceptation"
    ),
    Option("from_other", "warn", ("warn", "refuse"), "From: d'une autre boîte : avertissement, ou refus 550"),
    Option(
        "delivery_delay",
        "15",
        ("15", "1", "60", "1440"),
        "Retard d'une remise différée (panne delayed-delivery), en minutes d'heure d'âge",
    ),
    Option(
        "unlisted_domain",
        "bounce",
        ("bounce", "reject"),
        "Domaine ôté de la liste blanche : message accepté puis revenu (5.7.1), ou refus 550",
    ),
    Option(
        "unknown_remote",
        "reject",
        ("reject", "bounce"),
        "Adresse inconnue chez un autre opérateur : refus 550 immédiat, ou message accepté puis revenu (5.1.1)",
    ),
    Option(
        "operator_delay",
        "60",
        ("60", "5", "240", "1440"),
        "Attente d'un message que l'opérateur du destinataire retarde, en minutes d'heure d'âge",
    ),
    Option(
        "delay_warning",
        "15",
        ("15", "5", "60", "240"),
        "Attente au-delà de laquelle l'expéditeur est averti (rapport delayed), en minutes d'heure d'âge",
    ),
    Option(
        "operator_expiry",
        "2880",
        ("2880", "1440", "7200"),
        "Durée des essais vers un opérateur injoignable, avant le rapport d'échec, en minutes d'heure d'âge",
    ),
    Option(
        "return_receipt",
        "dsn",
        ("dsn", "ignore"),
        "Return-Receipt-To : vaut NOTIFY=SUCCESS quand NOTIFY n'est pas donné, ou ne vaut rien",
    ),
    Option("robot", Robot.NONE, tuple(Robot), "Usagers simulés : ce qu'ils font d'un message, faute de robot choisi"),
    Option(
        "robot_delay",
        "60",
        ("60", "5", "1440", "10080"),
        "Retard des robots late et first, en minutes d'heure d'âge",
    ),
    Option(
        "partner_robot",
        PartnerRobot.NONE,
        tuple(PartnerRobot),
        "Correspondants simulés : ce que font d'un message les boîtes de professionnels, de structures et applicatives",
    ),
    Option(
        "partner_delay",
        "0",
        ("0", "5", "60", "1440"),
        "Retard des correspondants simulés, en minutes d'heure d'âge",
    ),
    Option(
        "mdn_version",
        MdnVersion.CURRENT,
        tuple(MdnVersion),
        "Forme des accusés d'intégration en erreur : volet 1.1.3, ou versions antérieures",
    ),
    Option(
        "session_end",
        "drop",
        ("drop", "keep"),
        "Fin de la session Pro Santé Connect : les connexions ouvertes par son jeton tombent, ou restent",
    ),
    Option(
        "annuaire_mailbox_type",
        "absent",
        ("absent", "specified"),
        "Paramètre mailbox-mss-type : inconnu comme sur l'API réelle, ou comme spécifié",
    ),
    Option(
        "annuaire_size",
        "100000",
        ("100000", "1000", "0"),
        "Professionnels générés de l'annuaire, à côté des personas ; trois structures pour dix",
    ),
    Option(
        "annuaire_gaps",
        "none",
        ("none", "lacking", "doubled"),
        "Annuaire sans défaut ; fiches que l'extraction a et l'API non ; fiche en double",
    ),
    Option(
        "annuaire_rate",
        "note",
        ("note", "refuse"),
        "Plus de dix-sept appels par seconde : un constat, ou un refus 429 avec Retry-After",
    ),
    Option(
        "annuaire_columns",
        "52",
        ("52", "56"),
        "Colonnes du fichier Personne_activite : 52, ou 56 avec rôle et genre d'activité",
    ),
)

_OUTAGES = tuple(
    NamedFault(fault.name, operation, f"Annuaire Santé : {fault.title}")
    for fault in GATEWAY_FAULTS
    for operation in ("annuaire-search", "annuaire-read", "annuaire-extraction")
)


def _tables() -> tuple[MetaData, ...]:
    from mss_mock.citizens.table import TABLES as CITIZENS
    from mss_mock.correspondents.table import TABLES as CORRESPONDENTS
    from mss_mock.directory.changes import TABLES
    from mss_mock.greylist import METADATA
    from mss_mock.operators.table import TABLES as OPERATORS
    from mss_mock.partners.table import TABLES as PARTNERS
    from mss_mock.store import Base

    return (Base.metadata, METADATA, TABLES, CITIZENS, CORRESPONDENTS, OPERATORS, PARTNERS)


def _facts(_sandbox: Sandbox, session: Session) -> Mapping[str, Any]:
    boxes = mailboxes(session.people).values()
    applications = {box.owner: box.address for box in boxes if box.kind is BoxKind.APPLICATION}
    return {"annuaire_api_key": ANNUAIRE_KEY, "nil": NIL, "application_mailboxes": applications}


_EVENTS = {DELIVERY: deliver_late, ROBOT: run_robot, RELAY: relay, PARTNER: run_partner, CORRESPONDENT: post_late}

SERVICE = Service(
    name=NAME,
    title="MSSanté",
    create_app=create_app,
    doors=_DOORS,
    operations=_OPERATIONS,
    checks=CHECKS,
    prefix="MSS",
    page="mssante",
    options=_OPTIONS,
    faults=(*_OUTAGES, *(NamedFault(*row) for row in FAULTS)),
    events={name.partition(".")[2]: run for name, run in _EVENTS.items()},
    situations=SITUATIONS,
    resources=(
        Resource("mailboxes", "Boîtes aux lettres", handle_mailboxes),
        Resource("citizens", "Usagers : état, correspondants, message en leur nom", handle_citizens),
        Resource("robots", "Usagers simulés", handle_robots),
        Resource(
            "correspondents",
            "Correspondants : leurs envois, corpus de mails reçus",
            handle_correspondents,
            actors="Faire écrire",
        ),
        Resource("partners", "Destinataires simulés : accusés, erreurs, réponses", handle_partners),
        Resource("operators", "Opérateurs : domaines, file d'attente, façon de recevoir", handle_operators),
        Resource("domains", "Domaines : liste blanche, façon de recevoir", handle_domains),
        Resource("directory", "Annuaire Santé : changements", handle_directory),
    ),
    spec_version="ref2-1.0.1",
    simulated="textes des messages de retour, boîtes applicatives, droits sur les boîtes organisationnelles",
    tables=_tables,
    migrations=MIGRATIONS,
    problem=problem,
    decode=decode,
    connection_facts=_facts,
    serve=serve,
    max_body=16 * MIB,
    inside={MAIL_PATH: tell_mailbox},
)
