"""Autoconfiguration and white list over HTTP, and the control resource."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree
from support.mss_operator import MailOperator, MailTenant
from support.mss_people import MAIL, TITULAIRE

from lgo_sandbox.contract import Refusal, ResourceRequest
from mss_mock.resources import handle_mailboxes

WHITE_LIST = {"l": "https://listeblanche.mssante.fr/schema"}


def test_autoconfiguration_tells_hosts_ports_starttls_and_oauth2(operator: MailOperator) -> None:
    url = "/mail/config-v1.1.xml"
    root = etree.fromstring(operator.http.get(url, params={"emailaddress": "x@pharmacien.mssante.fr"}).content)
    assert root.findtext("emailProvider/domain") == "pharmacien.mssante.fr"
    for path, port in (("incomingServer", operator.imap_port), ("outgoingServer", operator.smtp_port)):
        values = [
            root.findtext(f"emailProvider/{path}/{name}")
            for name in ("hostname", "port", "socketType", "authentication")
        ]
        assert values == ["127.0.0.1", str(port), "STARTTLS", "OAuth2"]
    assert operator.http.get(url, headers={"Host": "autoconfig.medecin.mssante.fr"}).status_code == 200
    assert operator.http.get(url, headers={"Host": "autoconfig.gmail.com"}).status_code == 404


def test_the_white_list_binds_every_domain_to_its_operators_certificate(operator: MailOperator) -> None:
    root = etree.fromstring(operator.http.get("/listeblanchemssante.xml").content)
    names = root.xpath("l:ListeDomaines/l:Domaine/l:Nom/text()", namespaces=WHITE_LIST)
    assert {"patient.mssante.fr", "pharmacien.mssante.fr"} <= set(names)
    of = dict(zip(names, root.xpath("//l:DNCertificatOperateur/text()", namespaces=WHITE_LIST), strict=True))
    for name in of.values():
        assert name.startswith("CN=")
        assert ",OU=3" in name
        assert name.endswith("C=FR")
    keepers = [
        {"pharmacien.mssante.fr", "medecin.mssante.fr", "pharmacie-fontaine.mssante.fr", "officine.mssante.fr"},
        {"ch-valfontaine.mssante.fr", "hopital.mssante.fr"},
        {"laboratoire-moulin.mssante.fr", "laboratoire.mssante.fr", "imagerie.mssante.fr"},
        {"patient.mssante.fr"},
    ]
    found = [{of[domain] for domain in domains} for domains in keepers]
    assert [len(one) for one in found] == [1, 1, 1, 1]
    assert len(set.union(*found)) == len(set(of.values())) == 4
    assert root.findtext("l:DateDeGeneration", namespaces=WHITE_LIST).endswith("Z")


# Control resource


def _ask(tenant: MailTenant, method: str = "GET", tail: str = "", body: object = None, **query: str) -> Any:
    request = ResourceRequest(method, tail, query, body)
    return tenant.do(lambda session: handle_mailboxes(tenant.runner.launcher.sandbox, session, request))


def test_mailboxes_and_their_messages_are_listed_raw_ones_byte_for_byte(tenant: MailTenant) -> None:
    tenant.put(TITULAIRE, MAIL)
    counts = {box["address"]: box["messages"] for box in _ask(tenant)}
    assert counts[TITULAIRE] == 1
    (message,) = _ask(tenant, tail=TITULAIRE)
    assert [message["uid"], message["subject"], message["text"]] == [1, "Bonjour", "Bonjour docteur.\r\n"]
    assert _ask(tenant, tail=TITULAIRE, raw="1", uid="1").body == MAIL


def test_a_message_is_put_in_a_mailbox_whole_or_composed(tenant: MailTenant) -> None:
    _ask(tenant, "POST", TITULAIRE, {"raw": "Subject: x\n\ntexte\n"})
    _ask(
        tenant,
        "POST",
        TITULAIRE,
        {"from": "Isabelle <isabelle.delorme@medecin.mssante.fr>", "subject": "Été", "text": "é"},
    )
    first, second = tenant.inbox(TITULAIRE)
    assert first == b"Subject: x\r\n\r\ntexte\r\n"
    assert b"\r\n" in second
    assert b"Message-ID: <" in second
    assert [m["subject"] for m in _ask(tenant, tail=TITULAIRE)] == ["x", "Été"]


@pytest.mark.parametrize(
    ("method", "tail", "body", "status"),
    [
        ("GET", "x@y", None, 404),
        ("POST", "", {}, 405),
        ("DELETE", "helene.valmont@pharmacien.mssante.fr", None, 405),
        ("POST", "helene.valmont@pharmacien.mssante.fr", None, 400),
        ("POST", "helene.valmont@pharmacien.mssante.fr", {"raw": "\0"}, 400),
        ("POST", "helene.valmont@pharmacien.mssante.fr", {"raw": "x", "folder": "non"}, 404),
        ("POST", "helene.valmont@pharmacien.mssante.fr", {"subject": "a\r\nBcc: x@y"}, 400),
    ],
)
def test_the_resource_refuses_with_a_sentence(
    tenant: MailTenant, method: str, tail: str, body: object, status: int
) -> None:
    with pytest.raises(Refusal) as refused:
        _ask(tenant, method, tail, body)
    assert refused.value.status == status
