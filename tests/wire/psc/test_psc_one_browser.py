"""One browser, two people one after the other: the software must not go on with the tokens of the former."""

from __future__ import annotations

from support.psc import PscClient


def changed_card(lgo: PscClient) -> dict[str, str]:
    former = dict(lgo.tokens())
    lgo.tokens(login_hint="adjoint")
    return former


def test_a_refresh_and_an_introspection_of_the_former_person_are_reproached_too(lgo: PscClient) -> None:
    former = changed_card(lgo)
    lgo.introspect(former["access_token"])
    lgo.renew(former["refresh_token"])
    found = [one for one in lgo.findings() if one.check_id == "PSC-SES-08"]
    assert len(found) == 2
    assert "899700090014" in found[0].received
    assert "899700090022" in found[0].received
    assert "SubjectNameID" in found[0].remedy


def test_the_new_persons_tokens_and_those_of_another_browser_or_software_are_not(lgo: PscClient) -> None:
    first = lgo.tokens()
    beside = PscClient(lgo.tenant, lgo._connections)
    beside.tokens(login_hint="adjoint")
    lgo.userinfo(first["access_token"])
    other = lgo.code(client_id="prescripteur-demo", login_hint="preparateur")
    assert lgo.exchange(other, ("prescripteur-demo", "secret-prescripteur-demo")).status_code == 200
    lgo.userinfo(first["access_token"])
    assert lgo.reproaches() == set()


def test_when_the_first_person_comes_back_her_tokens_are_hers_again(lgo: PscClient) -> None:
    former = changed_card(lgo)
    again = lgo.tokens(login_hint="titulaire")
    lgo.userinfo(again["access_token"])
    lgo.userinfo(former["access_token"])
    assert lgo.reproaches() == set()


def test_the_former_persons_token_is_still_reproached_after_a_restart(lgo: PscClient) -> None:
    former = changed_card(lgo)
    lgo.tenant.do(lambda s: s.history.reread(s.journal.remembered))
    lgo.userinfo(former["access_token"])
    assert lgo.reproaches() == {"PSC-SES-08"}
