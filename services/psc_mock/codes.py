"""The constants of Pro Santé Connect: paths, lifetimes, error catalogue, announced values, code systems. Data only.

Source: specs/psc.md §1.3 (discovery), §1.6 (lifetimes; the authorization code's and the e-CPS request's are Keycloak's
and CIBA's, medium), §1.7 (errors: high for Keycloak, medium for the real service), §2.5 (codes). Knows nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from health_documents.oids import FACILITY

REALM = "esante-wallet"
ISSUER_PATH = f"/auth/realms/{REALM}"
PROTOCOL_PATH = f"{ISSUER_PATH}/protocol/openid-connect"

DOOR_AUTH = "psc"
DOOR_WALLET = "psc_wallet"

# Lifetimes, seconds of age time
ACCESS_LIFETIME = 120
REFRESH_LIFETIME = 30 * 60
LOGIN_LIFETIME = 4 * 3600
LOGIN_IDLE = 30 * 60
CODE_LIFETIME = 60
CHOICE_LIFETIME = 30 * 60
PUSH_LIFETIME = 120
KEY_OVERLAP = 3600
"""How long a former signing key stays published; every token that it signed and a client may verify is dead then."""
DELAY_SECONDS = 5
"""After how long an e-CPS in mode ``delay`` accepts, unless the mode says (``delay:20``)."""

FEDERATION = "40e647b3-325b-45d5-9479-99a4d15d34db"
"""The user federation that ``sub`` names: constant, and the sandbox's own."""

EIDAS = "eidas1"
SCOPE = "openid scope_all"
OPENID = "openid"
MODE_MOBILE = "MOBILE"
MODE_CARD = "CARD"
CHANNELS = (MODE_CARD, MODE_MOBILE)
SANDBOX_PIN = "1234"
"""The four digits that the page of the e-CPS wants; told on it."""

CODE_GRANT = "authorization_code"
REFRESH_GRANT = "refresh_token"
CIBA_GRANT = "urn:openid:params:grant-type:ciba"
EXCHANGE_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"

# API Pro Santé Connectée
API_PATH = "/auth/realms/api-psc"
API_REFRESH_LIFETIME = 30 * 60
API_LIFETIMES = ("14400", "3600", "60")
API_AUDIENCES = ("insi", "dmp", "eprescription")
"""Audiences, and scopes of the same names: the sandbox's own."""
ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"
EXCHANGED_TYPES = frozenset({ACCESS_TOKEN_TYPE, "urn:ietf:params:oauth:token-type:jwt"})
SUBJECT_ISSUER = "psc"
SIMULATION = (("X-Simulation", "serveur d'autorisation d'API : adresse, audiences et erreurs propres au bac a sable"),)

COMMUNITY = "communautaire"
TRUST = "confiance"
SPACES = (COMMUNITY, TRUST)


@dataclass(frozen=True, slots=True)
class ErrorEntry:
    """One refusal in OAuth form; ``status`` is that of the JSON answer (a redirected error has none)."""

    status: int
    error: str
    description: str = ""


_BAD_CLIENT = "Invalid client or Invalid client credentials"

ERRORS: Mapping[str, ErrorEntry] = {
    # Token endpoint, in the order of its checks
    "unreadable_form": ErrorEntry(400, "invalid_request", "Invalid form"),
    "duplicated_parameter": ErrorEntry(400, "invalid_request", "duplicated parameter"),
    "grant_type_missing": ErrorEntry(400, "invalid_request", "Missing form parameter: grant_type"),
    "grant_type_unknown": ErrorEntry(400, "unsupported_grant_type", "Unsupported grant_type"),
    "client_unknown": ErrorEntry(401, "invalid_client", _BAD_CLIENT),
    "certificate_refused": ErrorEntry(401, "invalid_client", _BAD_CLIENT),
    "secret_wrong": ErrorEntry(401, "unauthorized_client", _BAD_CLIENT),
    "password_dead": ErrorEntry(400, "unauthorized_client", "Client not allowed for direct access grants"),
    "client_credentials_dead": ErrorEntry(401, "unauthorized_client", "Client not enabled to retrieve service account"),
    "device_dead": ErrorEntry(400, "unauthorized_client", "Client not allowed OAuth 2.0 Device Authorization Grant"),
    "code_missing": ErrorEntry(400, "invalid_request", "Missing parameter: code"),
    "code_invalid": ErrorEntry(400, "invalid_grant", "Code not valid"),
    "code_replayed": ErrorEntry(400, "invalid_grant", "Code not valid"),
    "code_expired": ErrorEntry(400, "invalid_grant", "Code is expired"),
    "code_of_another_client": ErrorEntry(400, "invalid_grant", "Auth error"),
    "redirect_mismatch": ErrorEntry(400, "invalid_grant", "Incorrect redirect_uri"),
    "session_dead": ErrorEntry(400, "invalid_grant", "Session not active"),
    "verifier_missing": ErrorEntry(400, "invalid_grant", "PKCE code verifier not specified"),
    "verifier_unasked": ErrorEntry(
        400, "invalid_grant", "PKCE code verifier specified but challenge not present in authorization"
    ),
    "verifier_wrong": ErrorEntry(400, "invalid_grant", "PKCE verification failed: Code mismatch"),
    "refresh_missing": ErrorEntry(400, "invalid_request", "No refresh token"),
    "refresh_invalid": ErrorEntry(400, "invalid_grant", "Invalid refresh token"),
    "refresh_of_another_client": ErrorEntry(
        400, "invalid_grant", "Invalid refresh token. Token client and authorized client don't match"
    ),
    "refresh_expired": ErrorEntry(400, "invalid_grant", "Token is not active"),
    # CIBA: the request, in the order of its checks, then the polls
    "ciba_not_allowed": ErrorEntry(401, "invalid_grant", "Client not allowed OIDC CIBA Grant"),
    "hint_absent": ErrorEntry(400, "invalid_request", "missing parameter : login_hint"),
    "scope_absent": ErrorEntry(400, "invalid_request", "missing parameter : scope"),
    "user_unknown": ErrorEntry(400, "invalid_request", "invalid user"),
    "ciba_scope_unknown": ErrorEntry(400, "invalid_scope", "Invalid scopes"),
    "binding_message_invalid": ErrorEntry(400, "invalid_binding_message", "Invalid parameter: binding_message"),
    "user_code_unsupported": ErrorEntry(400, "invalid_request", "User code not supported"),
    "device_unreachable": ErrorEntry(503, "server_error", "Failed to send authentication request"),
    "auth_req_id_missing": ErrorEntry(400, "invalid_request", "Missing parameter: auth_req_id"),
    "auth_req_id_invalid": ErrorEntry(400, "invalid_grant", "Invalid Auth Req ID"),
    "auth_req_id_of_another_client": ErrorEntry(400, "invalid_grant", "unauthorized client"),
    "ciba_expired": ErrorEntry(400, "expired_token", "authentication timed out"),
    "ciba_too_early": ErrorEntry(400, "slow_down", "too early to access"),
    "ciba_denied": ErrorEntry(400, "access_denied", "not authorized"),
    "ciba_pending": ErrorEntry(
        400,
        "authorization_pending",
        "The authorization request is still pending as the end-user hasn't yet been authenticated.",
    ),
    # Token exchange
    "subject_token_missing": ErrorEntry(400, "invalid_request", "Missing parameter: subject_token"),
    "subject_token_type_unknown": ErrorEntry(400, "invalid_request", "Invalid parameter: subject_token_type"),
    "subject_issuer_unknown": ErrorEntry(400, "invalid_request", "Invalid parameter: subject_issuer"),
    "subject_token_dead": ErrorEntry(400, "invalid_grant", "subject_token is not active"),
    "audience_unknown": ErrorEntry(400, "invalid_target", "Audience not found"),
    "api_scope_refused": ErrorEntry(400, "invalid_scope", "Invalid scopes"),
    "api_client_refused": ErrorEntry(403, "unauthorized_client", "Client not allowed to exchange"),
    "certificate_changed": ErrorEntry(400, "invalid_grant", "Token is bound to another certificate"),
    # Introspection and revocation
    "token_missing": ErrorEntry(400, "invalid_request", "Token not provided"),
    "token_of_another_client": ErrorEntry(400, "invalid_token", "Unmatching clients"),
    # UserInfo
    "bearer_missing": ErrorEntry(401, ""),
    "bearer_invalid": ErrorEntry(401, "invalid_token", "Token verification failed"),
    "scope_insufficient": ErrorEntry(403, "insufficient_scope", "Missing openid scope"),
    # Announced and dead
    "registration_dead": ErrorEntry(403, "insufficient_scope", "Policy 'Trusted Hosts' rejected request"),
    "device_endpoint_dead": ErrorEntry(401, "invalid_client", _BAD_CLIENT),
    "pushed_dead": ErrorEntry(400, "invalid_request", "Pushed authorization request is not allowed"),
    # Authorization, redirected
    "parameter_repeated": ErrorEntry(302, "invalid_request", "duplicated parameter"),
    "request_object": ErrorEntry(302, "request_not_supported", "Request objects are not supported"),
    "response_type_missing": ErrorEntry(302, "invalid_request", "Missing parameter: response_type"),
    "response_type_unknown": ErrorEntry(302, "unsupported_response_type"),
    "response_type_dead": ErrorEntry(
        302,
        "unauthorized_client",
        "Client is not allowed to initiate browser login with given response_type."
        " Implicit flow is disabled for the client.",
    ),
    "response_mode_unknown": ErrorEntry(302, "invalid_request", "Invalid parameter: response_mode"),
    "scope_unknown": ErrorEntry(302, "invalid_scope", "Invalid scopes"),
    "prompt_invalid": ErrorEntry(302, "invalid_request", "Invalid parameter: prompt"),
    "max_age_invalid": ErrorEntry(302, "invalid_request", "Invalid parameter: max_age"),
    "challenge_missing": ErrorEntry(302, "invalid_request", "Missing parameter: code_challenge"),
    "challenge_method_unknown": ErrorEntry(302, "invalid_request", "Invalid parameter: code_challenge_method"),
    "challenge_invalid": ErrorEntry(302, "invalid_request", "Invalid parameter: code_challenge"),
    "login_required": ErrorEntry(302, "login_required"),
    "login_refused": ErrorEntry(302, "access_denied", "User denied access"),
    "login_wrong_code": ErrorEntry(302, "access_denied", "Number mismatch"),
    "login_struck_off": ErrorEntry(302, "access_denied", "User disabled"),
    "login_without_ecps": ErrorEntry(302, "access_denied", "No e-CPS activated"),
    "login_without_card": ErrorEntry(302, "access_denied", "No CPS card"),
    "login_cancelled": ErrorEntry(302, "access_denied", "User cancelled"),
}
"""Every refusal in OAuth form. A refusal with status 302 goes to the client's redirect address."""

PAGES: Mapping[str, tuple[int, str]] = {
    "request_unreadable": (400, "Requête illisible"),
    "client_missing": (400, "Missing parameter: client_id"),
    "client_unknown": (400, "Client not found."),
    "redirect_invalid": (400, "Invalid parameter: redirect_uri"),
    "login_unknown": (400, "Cette demande de connexion n'existe plus"),
    "form_forged": (403, "Formulaire refusé : jeton anti-CSRF absent ou faux"),
    "hint_invalid": (400, "Invalid parameter: id_token_hint"),
    "hint_missing": (400, "Missing parameters: id_token_hint"),
    "logout_redirect_invalid": (400, "Invalid redirect uri"),
}
"""Refusals shown to the person in a page, never redirected: status and message."""

LIVE_RESPONSE_TYPE = "code"
DEAD_RESPONSE_TYPES = frozenset(
    {"none", "id_token", "token", "id_token token", "code id_token", "code token", "code id_token token"}
)
RESPONSE_MODES = ("query", "fragment", "form_post")
PKCE_METHODS = ("plain", "S256")
PROMPTS = frozenset({"none", "login", "consent", "select_account"})

DEAD_ENDPOINTS: Mapping[str, str] = {
    f"{ISSUER_PATH}/clients-registrations/openid-connect": "registration_dead",
    f"{PROTOCOL_PATH}/auth/device": "device_endpoint_dead",
    f"{PROTOCOL_PATH}/ext/par/request": "pushed_dead",
}
"""Addresses that the discovery document announces and that serve nobody: path → refusal (low)."""

DEAD_GRANTS: Mapping[str, str] = {
    "password": "password_dead",
    "client_credentials": "client_credentials_dead",
    DEVICE_GRANT: "device_dead",
}
"""Grants that the discovery document announces and that no client may use: grant_type → refusal."""

SCOPES_2025 = [
    "openid",
    "microprofile-jwt",
    "rpps",
    "referentiel",
    "web-origins",
    "basic",
    "identity",
    "acr",
    "offline_access",
    "eidas1",
    "profile",
    "roles",
    "email",
    "scope_all",
    "phone",
    "interop",
    "scope_1",
    "address",
    "scope_2",
    "eidas2",
]
SCOPES_2023 = [scope for scope in SCOPES_2025 if scope != "basic"]

EXI_VERSION = "1.8.4"
"""Version of the référentiel whose numbers are used; older texts number most requirements one lower."""

MARKER_ACTIVE = "utilisateur-actif"
MARKER_INACTIVE = "utilisateur-inactif"
MARKER_LEAVING = "deconnexion-demandee"
USER_MARKERS = (MARKER_ACTIVE, MARKER_INACTIVE, MARKER_LEAVING)
"""What a tester may tell of the user through markers; the last one counts."""


def exi(number: int, version: str = EXI_VERSION) -> str:
    """Return the id of a requirement of the référentiel, by its key: version and number."""
    return f"EXI-PSC-{number:02d}" if version == EXI_VERSION else f"EXI-PSC-{number:02d}@{version}"


# Identity
OID_ROLE = "1.2.250.1.213.1.1.5.5"
OID_SECTOR = FACILITY
OID_LEVEL = "1.2.250.1.213.1.5.1.1.1"
PSI_LOCALE = "1.2.250.1.213.1.3.1.1"
AUTHENTICATION_LEVEL = "APPPRIP3"
CATEGORY_GENRE = "GENR01"
FRANCE = "99000"

REGISTRARS: Mapping[str, str] = {"10": "CNOM/CNOM/CNOM", "21": "CNOP/CNOP/CNOP", "60": "CNOI/CNOI/CNOI"}
"""Profession → autoriteDenregistrement; seen for doctors only, assembled for the others (low); else ``ARS/ARS/ARS``."""
OTHER_REGISTRAR = "ARS/ARS/ARS"

STREET_TYPES: Mapping[str, str] = {"PLACE": "PL", "RUE": "R", "BOULEVARD": "BD", "AVENUE": "AV", "IMPASSE": "IMP"}

TAG_STRUCK_OFF = "radie"
TAG_TWO_ACTIVITIES = "deux-activites"
SECOND_STRUCTURE = "officine-voisine"
