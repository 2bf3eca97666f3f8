"""What a caller of the *API Pro Santé Connectée* may be reproached with.

Source: docs/sources/psc.md#echange-de-jeton. Resource servers note the certificate of the call themselves: see
``lgo_sandbox.gate.api_access``.
"""

from __future__ import annotations

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Violation
from psc_mock.checks.past import as_refused, refused_with
from psc_mock.codes import API_AUDIENCES
from psc_mock.facts import ApiAsked, ApiQuestioned

__all__ = ["CHECKS"]

NOT_GRANTED = ("api_client_refused", "api_scope_refused", "audience_unknown")


def same_certificate(seen: Observed[ApiAsked]) -> Outcome:
    """The certificate of the exchange is shown again."""
    refusal = refused_with(seen, "certificate_changed")
    return as_refused(refusal) if refusal else None


def granted(seen: Observed[ApiAsked]) -> Outcome:
    """What is asked for was granted at the enrolment."""
    refusal = refused_with(seen, *NOT_GRANTED)
    return as_refused(refusal) if refusal else None


def exchanged(seen: Observed[ApiQuestioned]) -> Outcome:
    """An API gets a token of its own; kept once all three services got theirs."""
    if seen.facts.psc_token:
        received = "un jeton de Pro Santé Connect, présenté à une API"
        return Violation(received, "le jeton obtenu par échange (RFC 8693)", where="jeton de l'appel")
    if not seen.facts.audience:
        return None
    told = (seen.facts, *(facts for _, facts in seen.history.all(ApiQuestioned)))
    return {audience for facts in told for audience in facts.audience.split()}.issuperset(API_AUDIENCES)


def not_chained(seen: Observed[ApiAsked]) -> Outcome:
    """What is exchanged is a token of Pro Santé Connect."""
    refusal = refused_with(seen, "subject_token_of_api")
    return as_refused(refusal) if refusal else None


CHECKS = (
    Check(
        id="PSC-API-01",
        title="Même certificat à l'échange et à l'appel",
        reads=ApiAsked,
        test=same_certificate,
        requirements=("PSC.10", "EXI-PSC-24"),
        source="docs/sources/psc.md#jeton-lie-au-certificat",
        remedy="Présenter aux API, et pour rafraîchir leurs jetons, le certificat de l'échange.",
        operations=frozenset({"api-token"}),
        explains=frozenset({"certificate_changed"}),
    ),
    Check(
        id="PSC-API-02",
        title="Portée et audience accordées",
        reads=ApiAsked,
        test=granted,
        requirements=("PSC.10",),
        source="docs/sources/psc.md#portees-et-audience",
        remedy="Demander les portées et l'audience déclarées à l'enrôlement.",
        operations=frozenset({"api-token"}),
        explains=frozenset(NOT_GRANTED),
    ),
    Check(
        id="PSC-API-03",
        title="Jeton échangé avant l'appel d'une API",
        reads=ApiQuestioned,
        test=exchanged,
        requirements=("PSC.10",),
        source="docs/sources/psc.md#echange-de-jeton",
        remedy="Échanger le jeton Pro Santé Connect contre un jeton de l'API avant de l'appeler.",
        operations=frozenset({"api-introspection"}),
    ),
    Check(
        id="PSC-API-04",
        title="Jeton de Pro Santé Connect échangé pour chaque API",
        reads=ApiAsked,
        test=not_chained,
        requirements=("PSC.10",),
        source="docs/sources/psc.md#chaine-d-echanges",
        remedy="Échanger le jeton d'accès de Pro Santé Connect : un jeton d'API ne s'échange pas.",
        operations=frozenset({"api-token"}),
        explains=frozenset({"subject_token_of_api"}),
    ),
)
