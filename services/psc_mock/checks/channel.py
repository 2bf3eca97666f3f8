"""What the back channel of a client may be reproached with: TLS, certificate, form, secrets in the URL.

Source: docs/sources/psc.md#certificat-client, #canal-arriere-tls, #jeton-dans-l-url. The certificate rule is kept only
by a good organisation certificate on TLS that led to an enrolled client: nothing less proves the means.
"""

from __future__ import annotations

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.refusals import Refusal
from lgo_sandbox.wire.oauth import FORM
from psc_mock.checks.past import as_refused, refused_with
from psc_mock.codes import FAMILIES, JUDGEMENTS
from psc_mock.domain.clients import OK, ORGANISATION_FAMILIES
from psc_mock.domain.refusals import ABSENT
from psc_mock.facts import ClientSeen, FormSent, PageCalled, PreflightAsked, UrlSeen

__all__ = ["CHECKS"]

BACK_CHANNEL = frozenset({"token", "pushed", "ciba", "introspection", "revocation", "api-token"})
FORMS = BACK_CHANNEL | {"api-introspection"}
WITH_TOKENS = FORMS | {"userinfo"}
IN_TLS = frozenset({"token", "pushed", "revocation", "userinfo", "ciba"})
"""Introspection is left out: the sandbox's own resource servers ask in clear."""
NOBODY = ("client_unknown", "secret_wrong")


def certificate(seen: Observed[ClientSeen]) -> Outcome:
    """The certificate that is shown is good; kept only when one was seen."""
    if refusal := refused_with(seen, "certificate_refused"):
        return as_refused(refusal)
    shown = seen.facts.certificate
    if shown.judgement not in (OK, ABSENT):
        judged, family = JUDGEMENTS.get(shown.judgement, ""), FAMILIES.get(shown.family, "")
        received = f"certificat {judged}, famille {family}, OU={shown.ou}, CN={shown.cn}"
        expected = "un certificat d'organisation IGC-Santé en cours de validité, celui du client"
        return Violation(received, expected, where="certificat de la connexion TLS")
    proven = shown.judgement == OK and shown.family in ORGANISATION_FAMILIES and seen.transport == "https"
    return True if proven and seen.facts.client_id and not refused_with(seen, *NOBODY) else None


def transport(seen: Observed[UrlSeen]) -> Outcome:
    """The call is in TLS; that alone proves no certificate."""
    if seen.transport == "https":
        return None
    received = f"{seen.exchange.target.partition('?')[0]}, sur le port sans TLS"
    in_tls = seen.facts.in_tls
    remedy = f"Appeler {in_tls}, le port TLS, avec le certificat du client." if in_tls else ""
    return Violation(received, "TLS 1.2 ou plus, avec un certificat client IGC-Santé", "", remedy, "connexion")


def token_place(seen: Observed[UrlSeen]) -> Outcome:
    """No token and no secret is in the URL."""
    if not seen.facts.secrets:
        return None
    names = ", ".join(seen.facts.secrets)
    remedy = f"Retirer {names} de l'URL : l'envoyer dans l'en-tête Authorization, ou dans le corps."
    return Violation(f"{names} dans l'URL", "en-tête Authorization ou corps de formulaire", "", remedy, "URL")


def media_type(seen: Observed[FormSent]) -> Outcome:
    """A form that was read is announced as one."""
    sent = seen.facts.content_type.partition(";")[0].strip().lower()
    if sent == FORM or seen.also(Refusal) is not None:
        return None
    received = f"Content-Type: {seen.facts.content_type}" if seen.facts.content_type else "aucun Content-Type"
    return Violation(received, f"Content-Type: {FORM}", where="en-tête Content-Type")


def no_page(seen: Observed[PageCalled]) -> Outcome:
    """The call comes from a server, not from a page."""
    read = "elle peut lire la réponse" if seen.facts.admitted else "le navigateur lui cache la réponse"
    received = f"Origin: {seen.facts.origin} : une page appelle, et {read}"
    return Violation(received, "un appel de serveur, sans Origin", where="en-tête Origin")


def no_preflight(seen: Observed[PreflightAsked]) -> Outcome:
    """No page is about to call."""
    allowed = "admise" if seen.facts.admitted else "sans réponse favorable : le navigateur n'appellera pas"
    received = f"question préalable (OPTIONS) d'une page de {seen.facts.origin}, {allowed}"
    expected = f"un appel de {seen.facts.path} par le serveur du logiciel, sans question préalable"
    return Violation(received, expected, where="en-tête Origin")


def basic_encoding(seen: Observed[ClientSeen]) -> Outcome:
    """Basic credentials are form-encoded before they are joined."""
    if not seen.facts.verbatim:
        return None
    received = f"les identifiants de {seen.facts.client_id}, joints sans encodage de formulaire"
    return Violation(
        received, "client_id et secret encodés (%XX), puis joints par « : »", where="en-tête Authorization"
    )


CHECKS = (
    Check(
        id="PSC-TOK-02",
        title="Certificat client sur le canal arrière",
        reads=ClientSeen,
        test=certificate,
        requirements=("EXI-PSC-24",),
        source="docs/sources/psc.md#certificat-client",
        remedy="Présenter le certificat IGC-Santé de l'organisation, valide et enrôlé pour ce client.",
        operations=BACK_CHANNEL,
        explains=frozenset({"certificate_refused"}),
    ),
    Check(
        id="PSC-TLS-01",
        title="Canal arrière en TLS",
        reads=UrlSeen,
        test=transport,
        requirements=("EXI-PSC-24",),
        source="docs/sources/psc.md#canal-arriere-tls",
        remedy="Ouvrir le port TLS du service et l'appeler, avec le certificat du client.",
        operations=IN_TLS,
        severity=Severity.WARNING,
    ),
    Check(
        id="PSC-TOK-06",
        title="Aucun jeton dans l'URL",
        reads=UrlSeen,
        test=token_place,
        requirements=("EXI-PSC-15",),
        source="docs/sources/psc.md#jeton-dans-l-url",
        remedy="Envoyer le jeton dans l'en-tête Authorization : les URL restent dans les journaux.",
        confidence="M",
        operations=WITH_TOKENS,
        severity=Severity.WARNING,
    ),
    Check(
        id="PSC-TOK-11",
        title="Formulaire annoncé comme tel",
        reads=FormSent,
        test=media_type,
        requirements=("EXI-PSC-15",),
        source="docs/sources/transport.md#type-de-media",
        remedy=f"Envoyer Content-Type: {FORM} : le service réel peut refuser un autre type.",
        confidence="M",
        operations=FORMS,
        severity=Severity.WARNING,
    ),
    Check(
        id="PSC-TOK-12",
        title="PSC s'appelle d'un serveur",
        reads=PageCalled,
        test=no_page,
        requirements=("EXI-PSC-24",),
        source="docs/sources/psc.md#origines",
        remedy="Appeler ce point depuis le serveur du logiciel : une page y exposerait secrets et jetons.",
        confidence="M",
        operations=WITH_TOKENS,
        severity=Severity.WARNING,
    ),
    Check(
        id="PSC-TOK-14",
        title="PSC s'appelle d'un serveur : question préalable d'un navigateur",
        reads=PreflightAsked,
        test=no_preflight,
        requirements=("EXI-PSC-24",),
        source="docs/sources/psc.md#origines",
        remedy="Appeler ce point depuis le serveur du logiciel : une page y exposerait secrets et jetons.",
        confidence="M",
        operations=frozenset({"preflight"}),
        severity=Severity.WARNING,
    ),
    Check(
        id="PSC-TOK-13",
        title="Identifiants Basic encodés",
        reads=ClientSeen,
        test=basic_encoding,
        requirements=("EXI-PSC-15",),
        source="docs/sources/transport.md#oauth",
        remedy="Encoder client_id et secret comme dans un formulaire avant de les joindre (RFC 6749 §2.3.1).",
        confidence="M",
        operations=FORMS,
        severity=Severity.INFO,
    ),
)
