"""The discovery document, field by field in the order of the real one; which fields there are, the profile decides.

Source: docs/sources/psc.md#decouverte (January 2025: high; 2023–24: what differs: high, order: medium; 2026: that of
2025, nobody has published a newer one). It announces what nobody may use, as the real one does. Pure data: knows no
request.
"""

from __future__ import annotations

from typing import Any

from psc_mock.codes import (
    CIBA_GRANT,
    CODE_GRANT,
    DEVICE_GRANT,
    ISSUER_PATH,
    PROTOCOL_PATH,
    REFRESH_GRANT,
)
from psc_mock.codes.profiles import DEFAULT, PROFILES, Profile

__all__ = ["announces_iss", "discovery_document", "scopes"]

BACKCHANNEL_SIGNING = ["PS384", "RS384", "EdDSA", "ES384", "ES256", "RS256", "ES512", "PS256", "PS512", "RS512"]
ENCRYPTION = ["RSA-OAEP", "RSA-OAEP-256", "RSA1_5"]
CONTENT_ENCRYPTION = ["A256GCM", "A192GCM", "A128GCM", "A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512"]
CLIENT_METHODS = [
    "private_key_jwt",
    "client_secret_basic",
    "client_secret_post",
    "tls_client_auth",
    "client_secret_jwt",
]
GRANTS = [CODE_GRANT, "implicit", REFRESH_GRANT, "password", "client_credentials", CIBA_GRANT, DEVICE_GRANT]
RESPONSE_TYPES = [
    "code",
    "none",
    "id_token",
    "token",
    "id_token token",
    "code id_token",
    "code token",
    "code id_token token",
]
RESPONSE_MODES = ["query", "fragment", "form_post", "query.jwt", "fragment.jwt", "form_post.jwt", "jwt"]
CLAIMS = ["aud", "sub", "iss", "auth_time", "name", "given_name", "family_name", "preferred_username", "email", "acr"]
ISS_ANNOUNCED = "authorization_response_iss_parameter_supported"
ACR_VALUES = ["0", "0"]
"""Announced so by the real service; ``eidas1`` never is."""


def announces_iss(profile: str) -> bool:
    """Tell whether a profile sends ``iss`` with authorization answers."""
    return ISS_ANNOUNCED in PROFILES[profile].discovery_names


def scopes(profile: str) -> list[str]:
    """Return the scopes of a profile."""
    return list(PROFILES[profile].scopes)


def discovery_document(issuer: str, authorization_endpoint: str, profile: str = DEFAULT.name) -> dict[str, Any]:
    """Return the document of an issuer whose authorization endpoint is elsewhere."""
    of = PROFILES[profile]
    known = _known(issuer, authorization_endpoint, of)
    return {name: known[name] for name in of.discovery_names}


def _known(issuer: str, authorization_endpoint: str, of: Profile) -> dict[str, Any]:
    """Return all that any profile tells."""
    protocol = issuer + PROTOCOL_PATH.removeprefix(ISSUER_PATH)
    return {
        "issuer": issuer,
        "authorization_endpoint": authorization_endpoint,
        "token_endpoint": f"{protocol}/token",
        "introspection_endpoint": f"{protocol}/token/introspect",
        "userinfo_endpoint": f"{protocol}/userinfo",
        "end_session_endpoint": f"{protocol}/logout",
        "frontchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "jwks_uri": f"{protocol}/certs",
        "check_session_iframe": f"{protocol}/login-status-iframe.html",
        "grant_types_supported": GRANTS,
        "acr_values_supported": ACR_VALUES,
        "response_types_supported": RESPONSE_TYPES,
        "subject_types_supported": ["public", "pairwise"],
        **_algorithms(list(of.signing)),
        "response_modes_supported": RESPONSE_MODES,
        "registration_endpoint": f"{issuer}/clients-registrations/openid-connect",
        **_client_authentication("token_endpoint", list(of.signing)),
        **_client_authentication("introspection_endpoint", list(of.signing)),
        "authorization_signing_alg_values_supported": list(of.signing),
        "authorization_encryption_alg_values_supported": ENCRYPTION,
        "authorization_encryption_enc_values_supported": CONTENT_ENCRYPTION,
        "claims_supported": CLAIMS,
        "claim_types_supported": ["normal"],
        "claims_parameter_supported": True,
        "scopes_supported": list(of.scopes),
        "request_parameter_supported": True,
        "request_uri_parameter_supported": True,
        "require_request_uri_registration": True,
        "code_challenge_methods_supported": ["plain", "S256"],
        "tls_client_certificate_bound_access_tokens": True,
        "revocation_endpoint": f"{protocol}/revoke",
        **_client_authentication("revocation_endpoint", list(of.signing)),
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "device_authorization_endpoint": f"{protocol}/auth/device",
        "backchannel_token_delivery_modes_supported": ["poll", "ping"],
        "backchannel_authentication_endpoint": f"{protocol}/ext/ciba/auth",
        "backchannel_authentication_request_signing_alg_values_supported": [
            name for name in BACKCHANNEL_SIGNING if name in of.signing
        ],
        "require_pushed_authorization_requests": False,
        "pushed_authorization_request_endpoint": f"{protocol}/ext/par/request",
        "mtls_endpoint_aliases": _aliases(issuer, protocol),
        ISS_ANNOUNCED: True,
    }


def _algorithms(signing: list[str]) -> dict[str, Any]:
    return {
        "id_token_signing_alg_values_supported": signing,
        "id_token_encryption_alg_values_supported": ENCRYPTION,
        "id_token_encryption_enc_values_supported": CONTENT_ENCRYPTION,
        "userinfo_signing_alg_values_supported": [*signing, "none"],
        "userinfo_encryption_alg_values_supported": ENCRYPTION,
        "userinfo_encryption_enc_values_supported": CONTENT_ENCRYPTION,
        "request_object_signing_alg_values_supported": [*signing, "none"],
        "request_object_encryption_alg_values_supported": ENCRYPTION,
        "request_object_encryption_enc_values_supported": CONTENT_ENCRYPTION,
    }


def _client_authentication(endpoint: str, signing: list[str]) -> dict[str, Any]:
    return {
        f"{endpoint}_auth_methods_supported": CLIENT_METHODS,
        f"{endpoint}_auth_signing_alg_values_supported": signing,
    }


def _aliases(issuer: str, protocol: str) -> dict[str, str]:
    """Return the addresses for mutual TLS: the same, since a client certificate is optional on the one listener."""
    return {
        "token_endpoint": f"{protocol}/token",
        "revocation_endpoint": f"{protocol}/revoke",
        "introspection_endpoint": f"{protocol}/token/introspect",
        "device_authorization_endpoint": f"{protocol}/auth/device",
        "registration_endpoint": f"{issuer}/clients-registrations/openid-connect",
        "userinfo_endpoint": f"{protocol}/userinfo",
        "pushed_authorization_request_endpoint": f"{protocol}/ext/par/request",
        "backchannel_authentication_endpoint": f"{protocol}/ext/ciba/auth",
    }
