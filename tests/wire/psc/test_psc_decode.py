"""What a person reads of an exchange: who called, whose token it was, what was answered in the e-CPS."""

from __future__ import annotations

import pytest
from support.psc import TITULAIRE, PscClient, hidden

from psc_mock.decode import decode


def read(lgo: PscClient, operation: str) -> dict[str, str]:
    """Return the labelled values of the last request of an operation."""
    return dict(decode(lgo.tenant.exchanges(operation)[-1]).request)


def answer(lgo: PscClient, push: str, **fields: str) -> None:
    page = lgo.http.get(f"{lgo.wallet}/ecps", params={"persona": "titulaire"})
    form = {"csrf": hidden(page, "csrf"), "persona": "titulaire", **fields}
    lgo.http.post(f"{lgo.wallet}/ecps/{push}", data=form)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"action": "accept"}, "acceptée"),
        ({"action": "refuse"}, "refusée"),
        ({"action": "wrong_code"}, "nombre différent"),
        ({"action": "accept", "pin": "0000"}, "code secret faux"),
        ({"action": "autre"}, "inconnue (aucune demande n'attendait)"),
    ],
)
def test_an_answer_in_the_ecps_is_told(lgo: PscClient, fields: dict[str, str], told: str) -> None:
    page = lgo.begun(login_hint="titulaire")
    lgo.http.get(page)
    (push,) = lgo.resource("ecps")["requests"]
    answer(lgo, push["id"], **fields)
    assert read(lgo, "ecps")["réponse e-CPS"] == told


def test_an_answer_to_a_request_that_is_over_is_told(lgo: PscClient) -> None:
    lgo.begun(login_hint="titulaire")
    answer(lgo, "inconnue", action="accept")
    assert read(lgo, "ecps")["réponse e-CPS"] == "acceptée (aucune demande n'attendait)"


def test_who_called_and_whose_code_and_token_it_was_is_told(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    assert read(lgo, "authorization")["personne connectée"] == TITULAIRE
    assert read(lgo, "token")["client reconnu"] == "lgo-demo (espace communautaire, certificat absent)"
    assert read(lgo, "token")["code reconnu"] == "de lgo-demo"
    lgo.introspect(tokens["access_token"])
    assert read(lgo, "introspection")["jeton reconnu"] == "de lgo-demo, vivant"
    lgo.authorize()
    assert read(lgo, "authorization")["personne connectée"] == f"{TITULAIRE}, sans authentification nouvelle"


def test_a_token_of_an_api_that_is_asked_for_is_told(lgo: PscClient) -> None:
    mtls = lgo.with_certificate()
    lgo.exchange_for_api(mtls, lgo.mtls_tokens(mtls)["access_token"])
    told = read(lgo, "api-token")
    assert told["client reconnu"] == "lgo-mtls (espace confiance, certificat valide)"
    assert told["jeton d'API demandé"].endswith(", audience insi")
