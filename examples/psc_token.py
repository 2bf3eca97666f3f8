"""Prints a Pro Santé Connect access token of a persona (two minutes): for curl, SMTP and IMAP. httpx only.

TOKEN=$(python examples/psc_token.py titulaire)
"""

import base64
import hashlib
import secrets
import sys
from urllib.parse import parse_qs, urlsplit

from sandbox import READY, control, http

CLIENT = next(client for client in READY["oidc_clients"] if client["client_id"] == "lgo-demo")


def access_token(persona: str = "titulaire") -> str:
    """Log a persona in and return the access token. The e-CPS approves by itself."""
    control("PUT", "/psc/ecps", {"persona": persona, "mode": "accept"})
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    redirect = CLIENT["redirect_uris"][0]
    asked = {
        "response_type": "code",
        "client_id": CLIENT["client_id"],
        "redirect_uri": redirect,
        "scope": "openid scope_all",
        "acr_values": "eidas1",
        "state": secrets.token_urlsafe(24),
        "nonce": secrets.token_urlsafe(24),
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "login_hint": persona,
    }
    with http() as client:
        back = client.get(f"{READY['services']['psc_wallet']['https']}/auth", params=asked).headers["location"]
        returned = parse_qs(urlsplit(back).query)
        assert returned["state"] == [asked["state"]]
        form = {"grant_type": "authorization_code", "code": returned["code"][0], "redirect_uri": redirect}
        answer = client.post(
            f"{READY['services']['psc']['https']}/auth/realms/esante-wallet/protocol/openid-connect/token",
            data={**form, "code_verifier": verifier},
            auth=(CLIENT["client_id"], CLIENT["client_secret"]),
        ).raise_for_status()
    return str(answer.json()["access_token"])


if __name__ == "__main__":
    print(access_token(*sys.argv[1:]))
