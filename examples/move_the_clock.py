"""The clock: four hours later, the Pro Santé Connect session is dead. What does your software tell the user?

lgo-sandbox exec -- python examples/move_the_clock.py
"""

from authlib.integrations.base_client import OAuthError
from psc_login_authlib import log_in
from sandbox import control

HOURS = 4

if __name__ == "__main__":
    client, discovery = log_in()
    print("now          :", client.get(discovery["userinfo_endpoint"]).status_code)
    print("clock        :", control("POST", "/clock", {"by": HOURS * 3600}).json()["age"])
    print("later        :", client.get(discovery["userinfo_endpoint"]).status_code)
    try:
        client.refresh_token(discovery["token_endpoint"])
    except OAuthError as error:
        print("refresh token:", error.error)
    control("POST", "/clock", {"by": -HOURS * 3600})
