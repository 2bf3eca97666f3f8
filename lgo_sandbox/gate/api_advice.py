"""What to change when an API token is refused: one remedy for each thing that can be wrong with it, as text.

Source: docs/sources/psc.md#jeton-a-l-api, #echange-de-jeton, #adresse-par-api, #jeton-lie-au-certificat; RFC 8693. The
finding of a refusal says this; for want of it, what the rule says (``watch.api_tokens``). Knows no call and no service.
"""

from __future__ import annotations

from lgo_sandbox.watch.api_tokens import RULES, Trouble

__all__ = [
    "AGAIN",
    "ANOTHER_SCHEME",
    "AS_RECEIVED",
    "BIND",
    "NOT_ID",
    "OF_KIND",
    "OTHER",
    "REFRESH",
    "TRUSTED",
    "WHOLE",
    "advice",
]

_FIRST = (
    "Échangez l'access_token de Pro Santé Connect (grant_type=urn:ietf:params:oauth:grant-type:token-exchange) sous "
    "votre certificat d'organisation, puis joignez le jeton rendu : Authorization: Bearer, une espace, le jeton."
)
ANOTHER_SCHEME = "Remplacez ce qui suit « Authorization: » par Bearer, une espace, puis l'access_token de l'échange."
REFRESH = (
    "Rafraîchissez le jeton d'API avant sa fin (grant_type=refresh_token, sous le même certificat) ; si son "
    "refresh_token ne vit plus non plus, échangez de nouveau l'access_token de Pro Santé Connect."
)
AGAIN = (
    "Échangez de nouveau l'access_token de Pro Santé Connect : ce jeton-ci, inconnu ou révoqué, ne se rafraîchit plus."
)
AS_RECEIVED = "Envoyez l'access_token de l'échange tel que reçu, entier et sans en changer un caractère."
WHOLE = "Envoyez l'access_token de l'échange, entier : une chaîne sans points comme celle-ci n'en est pas un."
NOT_REFRESH = (
    "Envoyez l'access_token rendu par l'échange, et non le refresh_token, qui ne va qu'à l'adresse de l'échange."
)
NOT_ID = (
    "Envoyez l'access_token rendu par l'échange : l'id_token dit au logiciel qui est connecté, et n'ouvre aucune API."
)
OF_KIND = {"ID": NOT_ID, "Refresh": NOT_REFRESH}
"""By the ``typ`` of a token that is no access token."""
BIND = "Refaites l'échange sur le port TLS, sous votre certificat d'organisation : le jeton en portera l'empreinte."
OTHER = (
    "Présentez à l'API le certificat de l'échange, ou refaites l'échange sous celui-ci : le jeton porte l'empreinte "
    "d'un seul (cnf)."
)
TRUSTED = (
    "Prenez un certificat valide du bac à sable (psc-client du fichier de démarrage), le même à l'échange et à l'appel."
)
_BY_TROUBLE = {rule.trouble: rule.remedy for rule in RULES} | {Trouble.ABSENT: _FIRST, Trouble.DEAD: AGAIN}
_EXCHANGING = frozenset({Trouble.ABSENT, Trouble.OF_PSC, Trouble.DEAD, Trouble.OF_API})


def advice(trouble: Trouble, remedy: str, audience: str, address: str) -> str:
    """Return the remedy of a refusal; where a token is to be had anew, with the address of the exchange."""
    told = remedy or _BY_TROUBLE.get(trouble, "")
    if trouble not in _EXCHANGING or not address:
        return told
    return f"{told} L'échange se fait à {address}, avec audience={audience}."
