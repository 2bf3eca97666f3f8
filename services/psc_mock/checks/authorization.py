"""What an authorization request may be reproached with.

Source: docs/sources/psc.md, « Demande d'autorisation ». A request at the wrong host comes again at the right one: that
host is all that is said of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.wording import counted
from psc_mock.checks.past import as_refused, refused_with
from psc_mock.codes import EIDAS, MIN_RANDOM, SCOPE, TOLERATED_EIDAS
from psc_mock.codes.errors import PAGES
from psc_mock.domain.refusals import told
from psc_mock.facts import AuthorizationAsked, CodeGranted, RequestCarried

__all__ = ["CHECKS"]

Asked = Observed[AuthorizationAsked]

AUTHORIZATION = frozenset({"authorization"})
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\]|localhost)([:/?]|$)")
EMBEDDED = ("; wv)", "WebView", "Electron/", "CefSharp", "QtWebEngine", "JavaFX", "Trident/", "MSIE ")
"""What the User-Agent of a browser component inside a program says, when it says it."""
RESPONSE_CODES = ("response_type_missing", "response_type_unknown", "response_type_dead", "response_mode_unknown")


def _at_the_portal(test: Callable[[Asked], Outcome]) -> Callable[[Asked], Outcome]:
    return lambda seen: None if seen.facts.wrong_host else test(seen)


def acr_values(seen: Asked) -> Outcome:
    """The level is asked for, under its right name."""
    values = (seen.facts.acr_values or "").split()
    if EIDAS in values or TOLERATED_EIDAS.intersection(values):
        return True
    where = "paramètre acr_values"
    if seen.facts.acr is not None and not values:
        message = "Le paramètre se nomme acr_values, et non acr."
        return Violation(told("acr", seen.facts.acr), f"acr_values={EIDAS}", message, where="paramètre acr")
    return Violation(told("acr_values", seen.facts.acr_values), f"acr_values={EIDAS}", where=where)


def tolerated_level(seen: Asked) -> Outcome:
    """Another level than the only one that is served passes with a remark."""
    values = set((seen.facts.acr_values or "").split())
    if EIDAS in values:
        return True
    if TOLERATED_EIDAS & values:
        received, message = told("acr_values", seen.facts.acr_values), "Valeur tolérée, avec une remarque."
        return Violation(received, f"acr_values={EIDAS}", message, where="paramètre acr_values")
    return None


def scope(seen: Asked) -> Outcome:
    """The scope is the one that everybody asks for."""
    if set((seen.facts.scope or "").split()) == set(SCOPE.split()):
        return None
    return Violation(told("scope", seen.facts.scope), f"scope={SCOPE}", where="paramètre scope")


def state(seen: Asked) -> Outcome:
    """The state is fresh and cannot be guessed."""
    return _fresh(seen, "state", seen.facts.state, lambda granted: granted.state)


def nonce(seen: Asked) -> Outcome:
    """The nonce is fresh and cannot be guessed."""
    return _fresh(seen, "nonce", seen.facts.nonce, lambda granted: granted.nonce)


def _fresh(seen: Asked, name: str, value: str | None, used: Callable[[CodeGranted], str]) -> Outcome:
    expected = f"{name} aléatoire, d'au moins {MIN_RANDOM} caractères, différent à chaque demande"
    where = f"paramètre {name}"
    if len(value or "") < MIN_RANDOM:
        length = f" ({counted(len(value), 'caractère')})" if value else ""
        return Violation(told(name, value) + length, expected, where=where)
    client = seen.facts.client_id
    if any(used(facts) == value and facts.client_id == client for _, facts in seen.history.all(CodeGranted)):
        return Violation(told(name, value), expected, f"Ce {name} a déjà servi à une demande précédente.", where=where)
    return None


def response_type(seen: Asked) -> Outcome:
    """The flow is the one that is in use, without a fragment."""
    if refusal := refused_with(seen, *RESPONSE_CODES):
        return as_refused(refusal)
    kind, mode = seen.facts.response_type, seen.facts.response_mode
    if kind != "code":
        remedy = f"{'Écrire' if kind else 'Ajouter'} response_type=code."
        return Violation(
            told("response_type", kind), "response_type=code", remedy=remedy, where="paramètre response_type"
        )
    if mode in (None, "", "query", "form_post"):
        return None
    remedy = "Retirer response_mode, ou écrire response_mode=query : un fragment n'arrive pas au serveur."
    expected = "response_mode=query ou form_post, ou rien"
    return Violation(told("response_mode", mode), expected, remedy=remedy, where="paramètre response_mode")


def redirect_uri(seen: Asked) -> Outcome:
    """The redirect address is enrolled, and safe."""
    if refusal := refused_with(seen, "redirect_invalid"):
        return as_refused(refusal)
    if refused_with(seen, *PAGES):
        return None
    uri = seen.facts.redirect_uri or ""
    if uri.startswith("http://") and not _LOOPBACK.match(uri):
        received, remedy = told("redirect_uri", uri), f"Enrôler et envoyer https{uri.removeprefix('http')}."
        return Violation(received, "https, ou http vers la boucle locale", "", remedy, "paramètre redirect_uri")
    return None


def pkce(seen: Asked) -> Outcome:
    """A challenge that is sent is hashed."""
    method = seen.facts.code_challenge_method
    if not seen.facts.code_challenge or method == "S256":
        return None
    plain = "" if method else ", donc plain"
    received = told("code_challenge_method", method) + plain
    return Violation(received, "code_challenge_method=S256", where="paramètre code_challenge_method")


def host(seen: Asked) -> Outcome:
    """The request goes to the portal."""
    if not seen.facts.wrong_host:
        return True
    received = f"demande sur l'hôte d'authentification : {seen.exchange.target.partition('?')[0]}"
    return Violation(received, "le chemin /auth de l'hôte du portail", where="hôte de l'URL")


def external_browser(seen: Asked) -> Outcome:
    """The browser is that of the workstation."""
    agent = seen.facts.user_agent
    if not agent:
        return None
    if found := [mark for mark in EMBEDDED if mark in agent]:
        received = f"User-Agent : {agent[:200]}"
        expected = f"un navigateur du poste, sans « {found[0].strip(' ;)/')} »"
        return Violation(received, expected, where="en-tête User-Agent")
    return True


def carried(seen: Observed[RequestCarried]) -> Outcome:
    """The parameters are in the request itself, one by one; told once, where they were folded up."""
    if seen.operation == "authorization" and seen.facts.how == "pushed":
        return None
    received = "une demande poussée" if seen.facts.how == "pushed" else "un objet de demande (paramètre request)"
    return Violation(received, "les paramètres un à un, dans l'adresse d'autorisation", where="demande d'autorisation")


CHECKS = (
    Check(
        id="PSC-AUTHZ-11",
        title="Demande d'autorisation à paramètres ordinaires",
        reads=RequestCarried,
        test=carried,
        requirements=("EXI-PSC-15",),
        source="docs/sources/psc.md#demande-poussee",
        remedy="Envoyer les paramètres un à un : l'ANS ne documente ni demande poussée, ni objet de demande.",
        confidence="L",
        operations=AUTHORIZATION | {"pushed"},
        severity=Severity.WARNING,
    ),
    Check(
        id="PSC-AUTHZ-01",
        title="Niveau eIDAS demandé à l'autorisation",
        reads=AuthorizationAsked,
        test=_at_the_portal(acr_values),
        requirements=("EXI-PSC-16", "PSC.08"),
        source="docs/sources/psc.md#acr-values",
        remedy=f"Ajouter acr_values={EIDAS} à la demande d'autorisation.",
        operations=AUTHORIZATION,
    ),
    Check(
        id="PSC-AUTHZ-02",
        title="Portée demandée à l'autorisation",
        reads=AuthorizationAsked,
        test=_at_the_portal(scope),
        requirements=("EXI-PSC-10", "EXI-PSC-15"),
        source="docs/sources/psc.md#scope",
        remedy=f"Demander exactement scope={SCOPE}.",
        operations=AUTHORIZATION,
        explains=frozenset({"scope_unknown"}),
    ),
    Check(
        id="PSC-AUTHZ-03",
        title="state imprévisible et unique",
        reads=AuthorizationAsked,
        test=_at_the_portal(state),
        requirements=("EXI-PSC-09", "EXI-PSC-15"),
        source="docs/sources/psc.md#state",
        remedy="Tirer un state au hasard à chaque demande, et le vérifier au retour.",
        operations=AUTHORIZATION,
    ),
    Check(
        id="PSC-AUTHZ-04",
        title="nonce imprévisible et unique",
        reads=AuthorizationAsked,
        test=_at_the_portal(nonce),
        requirements=("EXI-PSC-09", "EXI-PSC-15"),
        source="docs/sources/psc.md#nonce",
        remedy="Tirer un nonce au hasard à chaque demande, et le comparer à celui de l'ID token.",
        operations=AUTHORIZATION,
    ),
    Check(
        id="PSC-AUTHZ-05",
        title="Flux authorization code",
        reads=AuthorizationAsked,
        test=_at_the_portal(response_type),
        requirements=("EXI-PSC-10",),
        source="docs/sources/psc.md#response-type",
        remedy="Écrire response_type=code ; les autres types annoncés sont hors service.",
        operations=AUTHORIZATION,
        explains=frozenset(RESPONSE_CODES),
    ),
    Check(
        id="PSC-AUTHZ-06",
        title="Adresse de retour déclarée",
        reads=AuthorizationAsked,
        test=_at_the_portal(redirect_uri),
        requirements=("EXI-PSC-15",),
        source="docs/sources/psc.md#redirect-uri",
        remedy="Envoyer l'une des adresses déclarées à l'enrôlement, au caractère près.",
        operations=AUTHORIZATION,
        explains=frozenset({"redirect_invalid"}),
    ),
    Check(
        id="PSC-AUTHZ-07",
        title="PKCE en S256",
        reads=AuthorizationAsked,
        test=_at_the_portal(pkce),
        requirements=("EXI-PSC-09",),
        source="docs/sources/psc.md#pkce",
        remedy="Écrire code_challenge_method=S256, et code_challenge=base64url(SHA-256(code_verifier)).",
        confidence="M",
        operations=AUTHORIZATION,
        severity=Severity.WARNING,
        explains=frozenset({"challenge_method_unknown"}),
    ),
    Check(
        id="PSC-AUTHZ-08",
        title="Autorisation demandée au portail",
        reads=AuthorizationAsked,
        test=host,
        requirements=("EXI-PSC-14",),
        source="docs/sources/psc.md#hote-d-autorisation",
        remedy="Lire authorization_endpoint dans le document wallet-openid-configuration.",
        operations=AUTHORIZATION,
    ),
    Check(
        id="PSC-AUTHZ-09",
        title="Navigateur externe",
        reads=AuthorizationAsked,
        test=_at_the_portal(external_browser),
        requirements=("EXI-PSC-25", "EXI-PSC-26", "PSC.01"),
        source="docs/sources/psc.md#navigateur-externe",
        remedy="Ouvrir le navigateur du poste : un composant embarqué ne passe qu'avec la preuve de sa maintenance.",
        confidence="M",
        operations=AUTHORIZATION,
        severity=Severity.WARNING,
    ),
    Check(
        id="PSC-AUTHZ-10",
        title="Niveau eIDAS toléré avec remarque",
        reads=AuthorizationAsked,
        test=_at_the_portal(tolerated_level),
        requirements=("EXI-PSC-16",),
        source="docs/sources/psc.md#acr-values",
        remedy=f"Écrire acr_values={EIDAS}, seule valeur servie aujourd'hui.",
        operations=AUTHORIZATION,
        severity=Severity.INFO,
    ),
)
