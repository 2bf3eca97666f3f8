"""Revocation lists of operators: asked for, kept, done without only when that is said."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from support.keys import with_keys

from lgo_client.clock import Workplace
from lgo_client.environment import Certificate
from lgo_client.mss.errors import MssUnavailable
from lgo_client.mss.trust import SUITES, Trust, lists_named_by
from lgo_sandbox.pki import Kind, Pki
from lgo_sandbox.tenant.clock import real_now

NAMES = ("ACI-EL-ORG", "ACR-EL")
PLACES = tuple(f"http://crl.test/{name}.crl" for name in NAMES)


@dataclass
class Publisher:
    """Who publishes the lists: ``away`` from a moment on."""

    pki: Pki
    now: datetime = field(default_factory=real_now)
    away: bool = False
    asked: list[str] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if self.away:
            raise httpx.ConnectError("personne ne répond", request=request)
        name = request.url.path.strip("/").removesuffix(".crl")
        return httpx.Response(200, content=self.pki.crl(name, self.now))


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.open(with_keys(tmp_path_factory.mktemp("pki")) / "pki")


@pytest.fixture
def publisher(pki: Pki, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    publisher, client = Publisher(pki), httpx.Client
    monkeypatch.setattr(
        "lgo_client.mss.trust.httpx.Client",
        lambda **_: client(transport=httpx.MockTransport(publisher.answer)),
    )
    return publisher


Make = Callable[..., Trust]


@pytest.fixture
def make(publisher: Publisher, tmp_path: Path) -> Make:
    def make(*, strict: bool = True, told: Callable[[str], None] = lambda _said: None) -> Trust:
        workplace = Workplace(now=lambda: publisher.now)
        return Trust(publisher.pki.ca_bundle, PLACES, tmp_path, workplace, strict=strict, told=told)

    return make


def test_a_context_looks_at_revocation_and_offers_the_suites_of_the_rules_only(make: Make) -> None:
    context = make().context()
    assert context.verify_flags & ssl.VERIFY_CRL_CHECK_CHAIN == ssl.VERIFY_CRL_CHECK_CHAIN
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    offered = {one["name"] for one in context.get_ciphers() if one["protocol"] == "TLSv1.2"}
    assert offered <= {*SUITES}


def test_lists_are_kept_for_an_hour_and_over_the_end_of_the_process(make: Make, publisher: Publisher) -> None:
    first, second = make(), make()
    first.lists()
    first.lists()
    second.lists()
    assert len(publisher.asked) == len(PLACES)
    publisher.now += timedelta(hours=2)
    second.lists()
    assert len(publisher.asked) == 2 * len(PLACES)


def test_a_kept_list_serves_while_it_lasts_and_that_is_told(make: Make, publisher: Publisher) -> None:
    make().lists()
    publisher.away = True
    publisher.now += timedelta(days=6)
    told: list[str] = []
    assert len(make(told=told.append).lists()) == len(PLACES)
    assert all("celle qui est gardée sert jusqu'au" in one for one in told)
    publisher.now += timedelta(days=2)
    with pytest.raises(MssUnavailable, match="aucune liste gardée ne sert encore"):
        make().context()


def test_without_a_list_only_who_is_not_strict_goes_on_and_says_so(make: Make, publisher: Publisher) -> None:
    publisher.away = True
    with pytest.raises(MssUnavailable, match="révocation de l'opérateur non vérifiable"):
        make().context()
    told: list[str] = []
    context = make(strict=False, told=told.append).context()
    assert not context.verify_flags & ssl.VERIFY_CRL_CHECK_CHAIN
    assert len(told) == len(PLACES)


def test_a_context_is_made_again_only_when_a_list_is_another(make: Make, publisher: Publisher) -> None:
    trust = make()
    before = trust.context()
    assert trust.context() is before
    publisher.now += timedelta(hours=2)
    assert trust.context() is not before


def test_the_lists_are_those_that_the_certificate_and_its_authorities_name(pki: Pki) -> None:
    issued = pki.issue(Kind.SERVER)
    named = lists_named_by(Certificate(issued.cert, issued.key), pki.ca_bundle)
    assert [one.rpartition("/")[2] for one in named] == [f"{name}.crl" for name in NAMES]
