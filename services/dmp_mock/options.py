"""The options of the DMP: what its sources leave open, and how strict a session wants it.

Source: docs/sources/dmp.md#vihf-fenetre, #erreurs-xds, #tolerances; the defaults are the lenient, observed behaviour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from lgo_sandbox.contract import Option

if TYPE_CHECKING:
    from lgo_sandbox.tenant.session import Session

__all__ = [
    "OPTIONS",
    "Parameters",
    "is_on",
    "latest",
    "parameters",
    "redirect",
    "refuses_replacing_others",
    "refuses_replay",
    "refuses_signature",
    "refuses_untruth",
    "skew",
]

YES, NO, REFUSE = "oui", "non", "refus"
DEFAULT_MAJORITY = "18"
DEFAULT_SKEW = "300"

OPTIONS = (
    Option(
        "vihf_skew_seconds",
        DEFAULT_SKEW,
        ("30", DEFAULT_SKEW, "900", "3600"),
        "Écart admis entre l'IssueInstant du VIHF et l'heure du DMP, en secondes (fenêtre réelle non publiée)",
    ),
    Option(
        "vihf_truth",
        "constat",
        ("constat", REFUSE),
        "VIHF que contredisent la carte, le certificat ou l'annuaire : constat seul, ou refus aussi",
    ),
    Option("vihf_replay", "admis", ("admis", REFUSE), "VIHF déjà reçu : admis avec un constat, ou refusé"),
    Option("strict_ins_root", NO, (NO, YES), "N'accepter que l'OID d'INS du patient, au lieu de .8, .9, .10 et .11"),
    Option("require_api_token", NO, (NO, YES), "Exiger un jeton de l'API Pro Santé Connectée"),
    Option("strict_action", NO, (NO, YES), "Refuser une wsa:Action qui n'est pas celle de la transaction"),
    Option("strict_hash", NO, (NO, YES), "Comparer hash et size annoncés aux octets reçus (XDSNonIdenticalHash, Size)"),
    Option("strict_manifest", NO, (NO, YES), "Vérifier les empreintes du manifeste de la signature de lot"),
    Option(
        "lot_signature",
        "constat",
        ("constat", REFUSE),
        "Signature de lot (XAdES) invalide : constat seul, ou refus aussi (XDSRepositoryMetadataError)",
    ),
    Option(
        "strict_queries",
        NO,
        (NO, YES),
        "Refuser une requête XDS écrite autrement que dans le guide, au lieu du constat",
    ),
    Option("strict_metadata", NO, (NO, YES), "Refuser les métadonnées hors des jeux de valeurs, au lieu du constat"),
    Option(
        "replace_others",
        "constat",
        ("constat", REFUSE),
        "Remplacement du document d'un autre auteur et d'une autre structure : constat seul, ou refus",
    ),
    Option("vaccination_notes", YES, (YES, NO), "Contrôler les notes de vaccination comme le DMP (EX_2.1-2035)"),
    Option("cda_header", YES, (YES, NO), "Exiger que l'INS de l'en-tête CDA soit celui des métadonnées"),
    Option(
        "xds_errors_as",
        "observe",
        ("observe", "fault", "registry"),
        "Forme des erreurs XDS : SOAP Fault pour celles qui ont été vues ainsi (observe), pour toutes, ou pour aucune",
    ),
    Option(
        "authorisation_values",
        "nommees",
        ("nommees", "omises"),
        "AUTORISATION autre que VALIDE dans TD0.2 : valeur simulée (INTERDITE, INEXISTANTE…) ou ligne omise",
    ),
    Option(
        "param_cumul_invisible_masque",
        NO,
        (NO, YES),
        "param-lps, cumul-invisible_patient-masque_ps : un document invisible au patient et masqué aux PS est admis",
    ),
    Option("param_mineurs", YES, (YES, NO), "param-lps, fonctions-gestion-mineurs : connexion secrète ouverte"),
    Option("param_majorite", DEFAULT_MAJORITY, ("16", DEFAULT_MAJORITY, "21"), "param-lps, âge de la majorité"),
    Option("param_redirect", NO, (NO, "301", "302", "303"), "Rediriger GET param-lps, comme le site public le peut"),
)


class HasOptions(Protocol):
    """What a session offers here."""

    def option(self, name: str) -> str:
        """Return the value of an option by its full name."""


def is_on(session: HasOptions, name: str) -> bool:
    """Tell whether a yes-or-no option is on."""
    return session.option(f"dmp.{name}") == YES


def skew(session: HasOptions) -> timedelta:
    """Return the admitted drift of a VIHF."""
    value = session.option("dmp.vihf_skew_seconds")
    return timedelta(seconds=int(value if value.isdecimal() else DEFAULT_SKEW))


def latest(session: Session) -> datetime:
    """Return the moment after which what a message dates is to come: now by the later clock, and the admitted drift."""
    return max(session.clock.both()) + skew(session)


def refuses_untruth(session: HasOptions) -> bool:
    """Tell whether a VIHF that something belies is refused, beside its finding."""
    return session.option("dmp.vihf_truth") == REFUSE


def refuses_replacing_others(session: HasOptions) -> bool:
    """Tell whether the document of another author, of another structure, may not be replaced."""
    return session.option("dmp.replace_others") == REFUSE


def redirect(session: HasOptions) -> int:
    """Return the status by which the parameter file is redirected, 0 for none."""
    value = session.option("dmp.param_redirect")
    return int(value) if value.isdecimal() else 0


def refuses_signature(session: HasOptions) -> bool:
    """Tell whether a lot whose signature is broken is refused, beside its finding."""
    return session.option("dmp.lot_signature") == REFUSE


def refuses_replay(session: HasOptions) -> bool:
    """Tell whether a VIHF may be used once only."""
    return session.option("dmp.vihf_replay") == REFUSE


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the parameter file (param-lps) says, and the server holds to.

    ``cumul``: a document may be invisible to the patient and masked to professionals at once (EX_2.1-1050).
    """

    cumul: bool
    minors: bool
    majority: int


def parameters(session: HasOptions) -> Parameters:
    """Return the parameters of a session."""
    majority = session.option("dmp.param_majorite")
    return Parameters(
        cumul=is_on(session, "param_cumul_invisible_masque"),
        minors=is_on(session, "param_mineurs"),
        majority=int(majority if majority.isdecimal() else DEFAULT_MAJORITY),
    )
