"""What the sandbox itself refuses or cuts, before or instead of a service: one cause each, with its remedy, as data.

A ``Refusal`` whose code is one of these becomes a finding under that id, whatever the service. Services explain their
own refusals. Source: docs/sources/transport.md. Must not know any service.
"""

from __future__ import annotations

from dataclasses import dataclass

from health_documents.findings import Severity
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
            id="SANDBOX-METHODE",
            title="Méthode HTTP non admise à cette adresse",
            expected="une méthode admise",
            remedy="Appelez cette adresse avec la méthode attendue.",
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
    )
}
