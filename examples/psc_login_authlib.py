"""Pro Santé Connect with Authlib: the code flow with PKCE, without a browser. Prints the professional's identity.

    lgo-sandbox exec -- python examples/psc_login_authlib.py [persona]

``login_hint`` and the e-CPS that approves by itself are the sandbox's; all the rest is what the real service wants.
"""

import sys
from typing import Any

from authlib.common.security import generate_token
from authlib.integrations.httpx_client import OAuth2Client
from sandbox import READY, control, http, tls

REALM = "/auth/realms/esante-wallet"
CLIENT = next(client for client in READY["oidc_clients"] if client["client_id"] == "lgo-demo")


def log_in(persona: str = "titulaire") -> tuple[OAuth2Client, dict[str, Any]]:
    """Return a client that holds the tokens of a persona, and the discovery document."""
    control("PUT", "/psc/ecps", {"persona": persona, "mode": "accept"})
    with http() as browser:
        root = READY["services"]["psc"]["https"] + REALM
        discovery = browser.get(f"{root}/.well-known/wallet-openid-configuration").json()
        client = OAuth2Client(
            CLIENT["client_id"],
            CLIENT["client_secret"],
            scope="openid scope_all",
            redirect_uri=CLIENT["redirect_uris"][0],
            code_challenge_method="S256",
            verify=tls(),
            trust_env=False,
        )
        verifier, nonce = generate_token(48), generate_token(32)
        url, state = client.create_authorization_url(
            discovery["authorization_endpoint"],
            acr_values="eidas1",
            code_verifier=verifier,
            nonce=nonce,
            login_hint=persona,
        )
        back = browser.get(url).headers["location"]
    client.fetch_token(discovery["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier)
    return client, discovery


if __name__ == "__main__":
    client, discovery = log_in(*sys.argv[1:])
    identity = client.get(discovery["userinfo_endpoint"]).json()
    print(identity["given_name"], identity["family_name"], identity["SubjectNameID"])
