"""What an exchange of Pro Santé Connect was: typed facts, one per family of operations.

Handlers note them, checks and ``decode`` read them; those that begin something (a log-in, a CIBA request) are found
again in the history by their subjects. Secrets are never here: codes, tokens and requests are known by a digest.
"""

from __future__ import annotations

from dataclasses import dataclass

from lgo_sandbox.watch.facts import Facts

__all__ = [
    "Altered",
    "ApiAsked",
    "ApiQuestioned",
    "AuthorizationAsked",
    "BackchannelTold",
    "CertificateSeen",
    "CibaAsked",
    "CibaPolled",
    "ClientSeen",
    "CodeGranted",
    "CodePresented",
    "DeadEndpointCalled",
    "EcpsAnswered",
    "FormSent",
    "IdentityTold",
    "LoggedOut",
    "NewForms",
    "PageCalled",
    "PreflightAsked",
    "RequestCarried",
    "StockDiscoveryRead",
    "Swallowed",
    "TokenAsked",
    "TokenSeen",
    "TokensIssued",
    "TokensRevoked",
    "UrlSeen",
    "browser_subject",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateSeen:
    """The client certificate of the connection; ``judgement`` is ``absent``, ``ok``, ``expired``…"""

    judgement: str
    family: str
    ou: str
    cn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSeen(Facts):
    """Who called a back-channel endpoint: the enrolled client, empty when there is none, and what it showed.

    ``verbatim`` says that the Basic credentials fit only without the form encoding that OAuth wants in them.
    """

    client_id: str
    space: str
    certificate: CertificateSeen
    verbatim: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSent(Facts):
    """The form of a POST to the back channel: the media type that it was announced with."""

    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCalled(Facts):
    """A page of a site called an endpoint for programs; ``admitted`` when it may read the answer."""

    origin: str
    admitted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PreflightAsked(Facts):
    """A browser asked whether a page may call an endpoint for programs; ``admitted`` when it was told yes."""

    origin: str
    path: str
    admitted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCarried(Facts):
    """An authorization request whose parameters came ``pushed``, or in an ``object``."""

    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StockDiscoveryRead(Facts):
    """The discovery document was served at the path of a stock provider, because the option says so."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlSeen(Facts):
    """The URL of a back-channel call: which of its parameters were tokens or secrets; where the same is served in TLS.

    ``in_tls`` is "" when no TLS port is open.
    """

    secrets: tuple[str, ...]
    in_tls: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationAsked(Facts):
    """The parameters of an authorization request, None where it had none; ``wrong_host``: at the authorization host."""

    client_id: str
    wrong_host: bool
    response_type: str | None
    response_mode: str | None
    scope: str | None
    acr_values: str | None
    acr: str | None
    state: str | None
    nonce: str | None
    redirect_uri: str | None
    code_challenge: bool
    code_challenge_method: str | None
    idp_hint: str | None
    user_agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeGranted(Facts):
    """A code was given: ``silent`` when the running log-in sufficed; ``sid`` is the log-in.

    ``browser`` knows the browser again, by a digest of its cookie; empty when it keeps none.
    """

    client_id: str
    sid: str
    person: str
    browser: str
    silent: bool
    state: str
    nonce: str

    @property
    def subjects(self) -> tuple[str, ...]:
        """The log-in, and the browser."""
        return (self.sid, browser_subject(self.browser)) if self.browser else (self.sid,)


def browser_subject(browser: str) -> str:
    """Return under which name the history keeps what a browser was given."""
    return f"navigateur:{browser}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EcpsAnswered(Facts):
    """What a person answered in the e-CPS simulator; ``waited`` is False when nothing waited for it."""

    action: str
    waited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAsked(Facts):
    """A request to a token endpoint; None without a grant type."""

    grant_type: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePresented(Facts):
    """A known code was presented: by whom it was asked for, and whether PKCE had been announced and was proven."""

    owner: str
    challenge_method: str
    verifier: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensIssued(Facts):
    """Tokens were issued in a log-in, for a grant type."""

    client_id: str
    sid: str
    person: str
    grant_type: str

    @property
    def subjects(self) -> tuple[str, ...]:
        """The log-in."""
        return (self.sid,)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewForms(Facts):
    """The tokens of a log-in say what a client written before 2026 has not seen: which, in French."""

    client_id: str
    sid: str
    news: tuple[str, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """The log-in."""
        return (self.sid,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Swallowed(Facts):
    """The mutations of what the client was given, and now uses."""

    mutations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Altered(Facts):
    """The mutations, armed on an earlier exchange of this log-in, that changed this answer."""

    mutations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSeen(Facts):
    """A token of ours that was shown. ``state``: ``live``, ``expired``, ``revoked``, ``session-over``, ``refresh``.

    ``key`` knows the token, ``sid`` its log-in, ``owner`` the client that it was given to.
    """

    key: str
    state: str
    owner: str
    sid: str

    @property
    def subjects(self) -> tuple[str, ...]:
        """The token."""
        return (self.key,)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityTold(Facts):
    """The user information that was told."""

    client_id: str
    person: str
    sid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensRevoked(Facts):
    """A client revoked a token of its own; ``whole``: with all that it held of the log-in."""

    client_id: str
    sid: str
    whole: bool

    @property
    def subjects(self) -> tuple[str, ...]:
        """The log-in."""
        return (self.sid,)


@dataclass(frozen=True, slots=True, kw_only=True)
class CibaAsked(Facts):
    """The parameters of a CIBA request, None where it had none, and the address it came from."""

    client_id: str
    login_hint: str | None
    binding_message: str | None
    scope: str | None
    acr_values: str | None
    channel: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CibaPolled(Facts):
    """A poll of a known CIBA request; what it was answered is its ``Refusal``, or its ``TokensIssued``."""

    request: str
    interval: int

    @property
    def subjects(self) -> tuple[str, ...]:
        """The request."""
        return (self.request,)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedOut(Facts):
    """A logout: who asked, with which means, and which log-in it ended (none when empty)."""

    client_id: str
    hint: bool
    by_refresh: bool
    sid: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BackchannelTold(Facts):
    """Clients were told that a log-in is over: each with the status that it answered, or why it answered none."""

    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiAsked(Facts):
    """A request to the token endpoint of an API's server, by grant type; ``actor``: it says which software acts."""

    grant_type: str | None
    audience: str | None
    actor: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiQuestioned(Facts):
    """A resource server asked about a token: ``audience`` of a live one, ``psc_token`` for one of Pro Santé Connect."""

    audience: str
    psc_token: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadEndpointCalled(Facts):
    """An address that is announced and serves nobody."""

    path: str
