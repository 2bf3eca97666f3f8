"""The constants of Pro Santé Connect: paths, lifetimes, announced values, code systems. Data only.

Source: docs/sources/psc.md#decouverte (announced values), #duree-des-jetons (lifetimes; the authorization code's and
the e-CPS request's are Keycloak's and CIBA's, medium), #userinfo (codes). The errors are in ``errors``. Knows nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

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
PUSHED_LIFETIME = 60
PUSHED_URN = "urn:ietf:params:oauth:request_uri:"
"""What names an authorization request that was pushed (RFC 9126 §2.2); its lifetime is Keycloak's default."""
KEY_OVERLAP = 3600
"""How long a former signing key stays published; every token that it signed and a client may verify is dead then."""
DELAY_SECONDS = 5
"""After how long an e-CPS in mode ``delay`` accepts, unless the mode says (``delay:20``)."""

FEDERATION = "40e647b3-325b-45d5-9479-99a4d15d34db"
"""The user federation that ``sub`` names: constant, and the sandbox's own."""

EIDAS = "eidas1"
TOLERATED_EIDAS = frozenset({"eidas2", "eidas3"})
SCOPE = "openid scope_all"
OPENID = "openid"
MODE_MOBILE = "MOBILE"
MODE_CARD = "CARD"
CHANNELS = (MODE_CARD, MODE_MOBILE)
MIN_RANDOM = 16
"""Characters below which a state or nonce can hold no 64 bits of chance."""
SANDBOX_PIN = "1234"
"""The four digits that the page of the e-CPS wants; told on it."""

SECRET_PARAMETERS = frozenset(
    {"access_token", "refresh_token", "token", "subject_token", "id_token", "code", "client_secret"}
)
"""Parameters that the URL of a back-channel request must not carry."""

CODE_GRANT = "authorization_code"
REFRESH_GRANT = "refresh_token"
CIBA_GRANT = "urn:openid:params:grant-type:ciba"
EXCHANGE_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"

# API Pro Santé Connectée
REALMS = "/auth/realms/"
API_PATH = f"{REALMS}api-psc"
"""The shared address, whose audience is asked for; each API has its own address too, which tells it."""
API_REFRESH_LIFETIME = 30 * 60
API_LIFETIMES = ("14400", "3600", "60")
API_AUDIENCES = ("insi", "dmp", "eprescription")
"""Audiences, and scopes and authorization addresses of the same names: the sandbox's own."""
API_PATHS = (API_PATH, *(f"{REALMS}{audience}" for audience in API_AUDIENCES))
CONFORMANCE_PATHS = (
    "/signsessiondata",
    f"{REALMS}signsessiondata/protocol/openid-connect/token",
    f"{REALMS}signsessiondata/protocol/openid-connect/token/introspect",
)
"""The API that conformity tests of proxies call, and its authorization server: named, and not served."""
ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"
EXCHANGED_TYPES = frozenset({ACCESS_TOKEN_TYPE, "urn:ietf:params:oauth:token-type:jwt"})
SUBJECT_ISSUER = "psc"
SESSION_END = "session-end"
"""The event that ends a log-in by time: ``psc.session-end`` in the agenda."""
SIMULATION = (("X-Simulation", "serveur d'autorisation d'API : adresse, audiences et erreurs propres au bac a sable"),)

JUDGEMENTS: Mapping[str, str] = {
    "ok": "valide",
    "wrong_authority": "d'une autre autorité",
    "not_yet_valid": "pas encore valide",
    "expired": "expiré",
    "revoked": "révoqué",
    "unknown_family": "d'une famille inconnue",
}
"""Judgement of a certificate → what findings say of it."""
FAMILIES: Mapping[str, str] = {
    "organisation-auth": "organisation (authentification)",
    "organisation-sign": "organisation (cachet)",
    "professional-auth": "professionnel (authentification)",
    "professional-sign": "professionnel (signature)",
    "server": "serveur",
    "unknown": "inconnue",
}
"""Family of a certificate → what findings say of it."""
PSC_CERTIFICATE_CN = "lgo.sandbox.test"
ORGANISATION_CERTIFICATE_CN = "INSI-AUTO"
CERTIFICATES: Mapping[str, str] = {PSC_CERTIFICATE_CN: "psc-client", ORGANISATION_CERTIFICATE_CN: "org-auth"}
"""CN of a certificate of the pharmacy → its name in the ready-file. ``org-auth`` serves the log-in, the exchange and
the API (docs/sources/psc.md#jeton-lie-au-certificat)."""

COMMUNITY = "communautaire"
TRUST = "confiance"
SPACES = (COMMUNITY, TRUST)


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
}
"""Addresses that the discovery document announces and that serve nobody: path → refusal (low)."""

DEAD_GRANTS: Mapping[str, str] = {
    "password": "password_dead",
    "client_credentials": "client_credentials_dead",
    DEVICE_GRANT: "device_dead",
}
"""Grants that the discovery document announces and that no client may use: grant_type → refusal."""

MARKER_ACTIVE = "utilisateur-actif"
MARKER_INACTIVE = "utilisateur-inactif"
MARKER_LEAVING = "deconnexion-demandee"
USER_MARKERS = (MARKER_ACTIVE, MARKER_INACTIVE, MARKER_LEAVING)
"""What a tester may tell of the user through markers; the last one counts."""


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
