"""The discovery document, field for field, as specs/psc.md §1.3 tells it; written apart from the service's tables."""

from __future__ import annotations

import pytest

from psc_mock.discovery import discovery_document

ISSUER = "https://auth.example/auth/realms/esante-wallet"
P = f"{ISSUER}/protocol/openid-connect"
ALGORITHMS = [
    "PS384",
    "RS384",
    "EdDSA",
    "ES384",
    "HS256",
    "HS512",
    "ES256",
    "RS256",
    "HS384",
    "ES512",
    "PS256",
    "PS512",
    "RS512",
]
ENCRYPTIONS = ["RSA-OAEP", "RSA-OAEP-256", "RSA1_5"]
CONTENTS = ["A256GCM", "A192GCM", "A128GCM", "A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512"]
METHODS = ["private_key_jwt", "client_secret_basic", "client_secret_post", "tls_client_auth", "client_secret_jwt"]
SCOPES = [
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

EXPECTED = {
    "issuer": ISSUER,
    "authorization_endpoint": "https://wallet.example/auth",
    "token_endpoint": f"{P}/token",
    "introspection_endpoint": f"{P}/token/introspect",
    "userinfo_endpoint": f"{P}/userinfo",
    "end_session_endpoint": f"{P}/logout",
    "jwks_uri": f"{P}/certs",
    "check_session_iframe": f"{P}/login-status-iframe.html",
    "frontchannel_logout_session_supported": True,
    "frontchannel_logout_supported": True,
    "grant_types_supported": [
        "authorization_code",
        "implicit",
        "refresh_token",
        "password",
        "client_credentials",
        "urn:openid:params:grant-type:ciba",
        "urn:ietf:params:oauth:grant-type:device_code",
    ],
    "acr_values_supported": ["0", "0"],
    "response_types_supported": [
        "code",
        "none",
        "id_token",
        "token",
        "id_token token",
        "code id_token",
        "code token",
        "code id_token token",
    ],
    "subject_types_supported": ["public", "pairwise"],
    "id_token_signing_alg_values_supported": ALGORITHMS,
    "id_token_encryption_alg_values_supported": ENCRYPTIONS,
    "id_token_encryption_enc_values_supported": CONTENTS,
    "userinfo_signing_alg_values_supported": [*ALGORITHMS, "none"],
    "userinfo_encryption_alg_values_supported": ENCRYPTIONS,
    "userinfo_encryption_enc_values_supported": CONTENTS,
    "request_object_signing_alg_values_supported": [*ALGORITHMS, "none"],
    "request_object_encryption_alg_values_supported": ENCRYPTIONS,
    "request_object_encryption_enc_values_supported": CONTENTS,
    "response_modes_supported": ["query", "fragment", "form_post", "query.jwt", "fragment.jwt", "form_post.jwt", "jwt"],
    "registration_endpoint": f"{ISSUER}/clients-registrations/openid-connect",
    "token_endpoint_auth_methods_supported": METHODS,
    "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
    "introspection_endpoint_auth_methods_supported": METHODS,
    "introspection_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
    "authorization_signing_alg_values_supported": ALGORITHMS,
    "authorization_encryption_alg_values_supported": ENCRYPTIONS,
    "authorization_encryption_enc_values_supported": CONTENTS,
    "claims_supported": [
        "aud",
        "sub",
        "iss",
        "auth_time",
        "name",
        "given_name",
        "family_name",
        "preferred_username",
        "email",
        "acr",
    ],
    "claim_types_supported": ["normal"],
    "claims_parameter_supported": True,
    "scopes_supported": SCOPES,
    "request_parameter_supported": True,
    "request_uri_parameter_supported": True,
    "require_request_uri_registration": True,
    "code_challenge_methods_supported": ["plain", "S256"],
    "tls_client_certificate_bound_access_tokens": True,
    "revocation_endpoint": f"{P}/revoke",
    "revocation_endpoint_auth_methods_supported": METHODS,
    "revocation_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
    "backchannel_logout_supported": True,
    "backchannel_logout_session_supported": True,
    "device_authorization_endpoint": f"{P}/auth/device",
    "backchannel_token_delivery_modes_supported": ["poll", "ping"],
    "backchannel_authentication_endpoint": f"{P}/ext/ciba/auth",
    "backchannel_authentication_request_signing_alg_values_supported": [
        *("PS384", "RS384", "EdDSA", "ES384", "ES256", "RS256", "ES512", "PS256", "PS512", "RS512")
    ],
    "require_pushed_authorization_requests": False,
    "pushed_authorization_request_endpoint": f"{P}/ext/par/request",
    "mtls_endpoint_aliases": {
        "token_endpoint": f"{P}/token",
        "revocation_endpoint": f"{P}/revoke",
        "introspection_endpoint": f"{P}/token/introspect",
        "device_authorization_endpoint": f"{P}/auth/device",
        "registration_endpoint": f"{ISSUER}/clients-registrations/openid-connect",
        "userinfo_endpoint": f"{P}/userinfo",
        "pushed_authorization_request_endpoint": f"{P}/ext/par/request",
        "backchannel_authentication_endpoint": f"{P}/ext/ciba/auth",
    },
    "authorization_response_iss_parameter_supported": True,
}


@pytest.mark.parametrize("field", sorted(EXPECTED))
def test_each_field_of_2025_is_as_observed(field: str) -> None:
    assert discovery_document(ISSUER, "https://wallet.example/auth", "2025")[field] == EXPECTED[field]


def test_no_field_is_added_and_none_is_missing() -> None:
    assert set(discovery_document(ISSUER, "https://wallet.example/auth", "2025")) == set(EXPECTED)


def test_2023_lacks_what_came_later() -> None:
    old = discovery_document(ISSUER, "https://wallet.example/auth", "2023")
    assert set(EXPECTED) - set(old) == {"authorization_response_iss_parameter_supported"}
    assert old["scopes_supported"] == [scope for scope in SCOPES if scope != "basic"]
    assert old["id_token_signing_alg_values_supported"] == [one for one in ALGORITHMS if one != "EdDSA"]
