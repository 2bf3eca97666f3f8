"""What is said without reproach: answers that a client without fault gets too, and answers altered on purpose.

Source: docs/sources/psc.md#refus, docs/sources/transport.md#panne-simulee.
"""

from __future__ import annotations

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.refusals import Refusal
from psc_mock.checks.ciba import polled_after_the_end
from psc_mock.checks.past import as_refused
from psc_mock.codes.errors import ORDINARY
from psc_mock.domain.mutations import title_of
from psc_mock.domain.refusals import told
from psc_mock.facts import Altered, AuthorizationAsked, StockDiscoveryRead

__all__ = ["CHECKS"]


def ordinary(seen: Observed[Refusal]) -> Outcome:
    """The person has not answered, has refused, or the session is over: nobody's fault."""
    if seen.facts.code not in ORDINARY or polled_after_the_end(seen):
        return None
    return as_refused(seen.facts)


def altered(seen: Observed[Altered]) -> Outcome:
    """An answer was altered because the tester wanted it, at an earlier exchange of the same log-in."""
    received = f"une réponse altérée : {' ; '.join(map(title_of, seen.facts.mutations))}"
    return Violation(received, "aucune faute du logiciel : l'altération a été armée", where="réponse")


def idp_hint(seen: Observed[AuthorizationAsked]) -> Outcome:
    """A local identity provider is hinted at, and there is none here."""
    hint = seen.facts.idp_hint
    if hint is None or seen.facts.wrong_host:
        return None
    received = f"{told('kc_idp_hint', hint)}, sans effet : la page de connexion de Pro Santé Connect répond"
    return Violation(received, "aucun fournisseur délégué n'est simulé", where="paramètre kc_idp_hint")


def stock_discovery(seen: Observed[StockDiscoveryRead]) -> Outcome:
    """The document was read where only an option of the sandbox serves it."""
    received = f"GET {seen.facts.path}, servi parce que l'option psc.stock_discovery le veut"
    return Violation(received, "le chemin wallet-openid-configuration, seul connu du service réel", where="URL")


CHECKS = (
    Check(
        id="PSC-IDP-LOCAL",
        title="Fournisseur d'identité délégué",
        reads=AuthorizationAsked,
        test=idp_hint,
        source="docs/sources/psc.md#fournisseur-delegue",
        remedy="Retirer kc_idp_hint pour l'essai, ou vérifier la délégation dans le bac à sable de l'ANS.",
        confidence="M",
        operations=frozenset({"authorization"}),
        severity=Severity.INFO,
    ),
    Check(
        id="PSC-DECOUVERTE",
        title="Découverte lue au chemin standard",
        reads=StockDiscoveryRead,
        test=stock_discovery,
        source="docs/sources/psc.md#decouverte",
        remedy="Donner au client OpenID l'adresse entière, terminée par wallet-openid-configuration.",
        confidence="M",
        operations=frozenset({"discovery"}),
        severity=Severity.INFO,
    ),
    Check(
        id="PSC-REPONSE",
        title="Réponse ordinaire du protocole",
        reads=Refusal,
        test=ordinary,
        source="docs/sources/psc.md#refus",
        remedy="Rien à corriger : vérifier seulement ce que le logiciel en montre à l'utilisateur.",
        severity=Severity.INFO,
    ),
    Check(
        id="PSC-ALTERE",
        title="Réponse altérée à la demande du testeur",
        reads=Altered,
        test=altered,
        source="docs/sources/transport.md#panne-simulee",
        remedy="Rien à corriger : regarder si le logiciel refuse cette réponse, ou désarmer l'altération.",
        severity=Severity.INFO,
    ),
)
