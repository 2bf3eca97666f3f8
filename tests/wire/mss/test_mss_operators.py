"""Several operators: whose domain is whose, the white list, and mail that is late, refused or in vain on its way."""

from __future__ import annotations

import json
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import httpx
import pytest
from lxml import etree
from support.mss_operator import MailTenant
from support.mss_people import CITIZEN, GENERALISTE, MAIL, TITULAIRE

from lgo_sandbox.contract import Refusal, ResourceRequest
from lgo_sandbox.tenant.faults import ANY, Fault, FaultKind
from mss_mock.operators.resources import handle_domains, handle_operators

HOSPITAL, HOSPITAL_DOMAIN = "antoine.sauveterre@ch-valfontaine.mssante.fr", "ch-valfontaine.mssante.fr"
LABORATORY = "contact@laboratoire-moulin.mssante.fr"
HOST, OTHER_HOST, OWN_HOST = (
    "mx.hospitalier.sandbox.mssante.fr",
    "mx.plateaux.sandbox.mssante.fr",
    "mail.sandbox.mssante.fr",
)


def _call(tenant: MailTenant, handle: Any, tail: str = "", method: str = "GET", **body: Any) -> Any:
    sandbox = tenant.runner.launcher.sandbox
    request = ResourceRequest(method, tail, {}, json.loads(json.dumps(body)) or None)
    return tenant.do(lambda session: handle(sandbox, session, request))


def _set(tenant: MailTenant, delivery: str, name: str = "hospitalier") -> None:
    _call(tenant, handle_domains if "." in name else handle_operators, name, "POST", delivery=delivery)


def _arm(tenant: MailTenant, name: str, client: str = ANY, remaining: int | None = None) -> None:
    fault = Fault("f1", "mss", FaultKind.NAMED, name, "operator-delivery", client, remaining)
    tenant.do(lambda session: session.faults.arm(fault))


def _send(tenant: MailTenant, *to: str, mail: bytes = MAIL, options: tuple[str, ...] = (), rcpt: Any = ()) -> None:
    with tenant.smtp() as client:
        client.sendmail(TITULAIRE, to or [HOSPITAL], mail, mail_options=options, rcpt_options=rcpt)


def _reports(tenant: MailTenant) -> list[EmailMessage]:
    return [message_from_bytes(one, policy=policy.default) for one in tenant.inbox(TITULAIRE)]  # type: ignore[misc]


def _fields(report: EmailMessage) -> list[Any]:
    """Return the groups of fields of a delivery report, as the standard library parses them."""
    (status,) = [part for part in report.walk() if part.get_content_type() == "message/delivery-status"]
    groups: Any = status.get_payload()
    return list(groups)


# Prompt


def test_a_mail_to_another_operator_shows_its_hop_and_that_operator_reports_it(tenant: MailTenant) -> None:
    _send(tenant, HOSPITAL, GENERALISTE, rcpt=["NOTIFY=SUCCESS"], options=("ENVID=QQ1",))
    mail = message_from_bytes(tenant.inbox(HOSPITAL)[0])
    hops = mail.get_all("Received")
    assert [HOST in hop for hop in hops or []] == [True, False]
    assert f"from {OWN_HOST}" in (hops or [""])[0]
    assert len(message_from_bytes(tenant.inbox(GENERALISTE)[0]).get_all("Received") or []) == 1
    told = {_fields(one)[0]["Reporting-MTA"]: _fields(one)[1]["Final-Recipient"] for one in _reports(tenant)}
    assert told == {f"dns; {HOST}": f"rfc822; {HOSPITAL}", f"dns; {OWN_HOST}": f"rfc822; {GENERALISTE}"}
    assert {_fields(one)[0]["Original-Envelope-Id"] for one in _reports(tenant)} == {"QQ1"}
    assert {one["Return-Path"] for one in _reports(tenant)} == {"<>"}


# Refused


@pytest.mark.parametrize("name", ["hospitalier", HOSPITAL_DOMAIN])
def test_an_operator_that_refuses_is_named_in_the_report(tenant: MailTenant, name: str) -> None:
    _set(tenant, "refused", name)
    _send(tenant, HOSPITAL, LABORATORY)
    assert tenant.inbox(HOSPITAL) == []
    assert len(tenant.inbox(LABORATORY)) == 1
    (report,) = _reports(tenant)
    about, recipient = _fields(report)
    assert about["Reporting-MTA"] == f"dns; {OWN_HOST}"
    assert "Arrival-Date" in about
    assert (recipient["Action"], recipient["Status"]) == ("failed", "5.7.1")
    assert recipient["Remote-MTA"] == f"dns; {HOST}"
    assert recipient["Diagnostic-Code"].startswith("smtp; 550 5.7.1 ")
    assert "a refusé le message" in report.get_body().get_content()  # type: ignore[union-attr]
    assert MAIL in tenant.inbox(TITULAIRE)[0]


def test_a_fault_strikes_one_domain_and_is_noted(tenant: MailTenant) -> None:
    _arm(tenant, "operator-refused", HOSPITAL_DOMAIN, remaining=1)
    _send(tenant, HOSPITAL, LABORATORY, GENERALISTE, options=("RET=HDRS",))
    (exchange,) = tenant.exchanges("smtp-message")
    assert (exchange.status, exchange.fault) == (250, "f1")
    assert "SANDBOX-PANNE" in {finding.check_id for finding in exchange.findings}
    (report,) = _reports(tenant)
    assert [part.get_content_type() for part in report.iter_parts()][-1] == "text/rfc822-headers"
    assert b"Bonjour docteur" not in tenant.inbox(TITULAIRE)[0]
    _send(tenant)
    assert len(tenant.inbox(HOSPITAL)) == 1


def test_three_recipients_meet_three_fates_and_each_report_tells_its_own(tenant: MailTenant) -> None:
    _set(tenant, "refused")
    _set(tenant, "delayed", "plateaux")
    _send(tenant, HOSPITAL, LABORATORY, GENERALISTE, rcpt=["NOTIFY=SUCCESS,FAILURE,DELAY", "ORCPT=rfc822;A+2BB@c.fr"])
    tenant.move(minutes=15)
    tenant.move(minutes=45)
    told = [(_fields(one)[0]["Reporting-MTA"], _fields(one)[1]) for one in _reports(tenant)]
    assert [(by[5:], one["Action"], one["Final-Recipient"]) for by, one in told] == [
        (OWN_HOST, "failed", f"rfc822; {HOSPITAL}"),
        (OWN_HOST, "delivered", f"rfc822; {GENERALISTE}"),
        (OWN_HOST, "delayed", f"rfc822; {LABORATORY}"),
        (OTHER_HOST, "delivered", f"rfc822; {LABORATORY}"),
    ]
    assert {one["Original-Recipient"] for _, one in told} == {"rfc822;A+B@c.fr"}


def test_by_option_only_the_other_operator_knows_its_addresses(tenant: MailTenant) -> None:
    tenant.configure(unknown_remote="bounce")
    _send(tenant, f"personne@{HOSPITAL_DOMAIN}")
    (report,) = _reports(tenant)
    _, recipient = _fields(report)
    assert (recipient["Status"], recipient["Remote-MTA"]) == ("5.1.1", f"dns; {HOST}")
    assert tenant.findings() == ["MSS-OPERATOR-BOUNCED"]
    with tenant.smtp() as client:
        client.mail(TITULAIRE)
        assert client.rcpt("personne@medecin.mssante.fr")[0] == 550, "its own addresses it knows"


# Delayed


def test_a_delayed_mail_is_told_then_delivered_once(tenant: MailTenant) -> None:
    _set(tenant, "delayed")
    _send(tenant)
    tenant.move(minutes=14)
    assert _reports(tenant) == []
    tenant.move(minutes=1)
    (report,) = _reports(tenant)
    _, recipient = _fields(report)
    assert (recipient["Action"], recipient["Status"]) == ("delayed", "4.3.2")
    assert recipient["Remote-MTA"] == f"dns; {HOST}"
    assert "Will-Retry-Until" in recipient
    assert report["Subject"] == "Message en attente"
    (waiting,) = _call(tenant, handle_operators, "hospitalier")["queued"]
    assert (waiting["sender"], waiting["recipient"]) == (TITULAIRE, HOSPITAL)
    tenant.move(minutes=44)
    assert tenant.inbox(HOSPITAL) == []
    tenant.move(minutes=1)
    assert [one.endswith(MAIL) for one in tenant.inbox(HOSPITAL)] == [True]
    assert len(_reports(tenant)) == 1, "nobody asked to be told of the delivery"
    tenant.move(days=5)
    assert len(tenant.inbox(HOSPITAL)) == 1


def test_whoever_wants_no_word_of_a_delay_gets_none(tenant: MailTenant) -> None:
    _arm(tenant, "operator-delayed", "hospitalier")
    _send(tenant, rcpt=["NOTIFY=FAILURE"])
    tenant.move(minutes=60)
    assert _reports(tenant) == []
    assert len(tenant.inbox(HOSPITAL)) == 1


# Unreachable


@pytest.mark.parametrize("steps", [[2880], [60] * 10 + [2280]], ids=["in one jump", "step by step"])
def test_a_mail_that_cannot_be_delivered_comes_back_when_its_time_is_over(tenant: MailTenant, steps: list[int]) -> None:
    _arm(tenant, "operator-unreachable", HOSPITAL, remaining=1)
    _send(tenant, rcpt=["NOTIFY=FAILURE"])
    for minutes in steps[:-1]:
        tenant.move(minutes=minutes)
    tenant.move(minutes=steps[-1] - 1)
    assert _reports(tenant) == []
    tenant.move(minutes=1)
    (report,) = _reports(tenant)
    _, recipient = _fields(report)
    assert (recipient["Action"], recipient["Status"]) == ("failed", "4.4.1")
    assert recipient["Diagnostic-Code"].startswith("x-sandbox; connect "), "nobody answered"
    assert "Remote-MTA" not in recipient
    assert "délai dépassé" in report.get_body().get_content()  # type: ignore[union-attr]
    assert tenant.inbox(HOSPITAL) == []
    assert _call(tenant, handle_operators, "hospitalier")["queue"] == 0


def test_a_mail_that_waits_leaves_when_the_operator_answers_again(tenant: MailTenant) -> None:
    _set(tenant, "unreachable")
    _send(tenant)
    tenant.move(minutes=50)
    _set(tenant, "prompt")
    assert tenant.inbox(HOSPITAL) == []
    tenant.move(minutes=55)
    mail = message_from_bytes(tenant.inbox(HOSPITAL)[0])
    assert [HOST in hop for hop in mail.get_all("Received") or []] == [True, False]
    (report,) = _reports(tenant)
    assert _fields(report)[1]["Action"] == "delayed"


# White list


def _listed(tenant: MailTenant) -> set[str]:
    url = f"{tenant.operator.annuaire}/s/{tenant.name}/listeblanchemssante.xml"
    root = etree.fromstring(httpx.get(url, trust_env=False).content)
    return set(root.xpath("//*[local-name()='Nom']/text()"))


def test_a_domain_taken_off_the_white_list_takes_no_mail_and_the_report_says_why(tenant: MailTenant) -> None:
    assert HOSPITAL_DOMAIN in _listed(tenant)
    assert _call(tenant, handle_domains, HOSPITAL_DOMAIN, "POST", listed=False)["listed"] is False
    assert HOSPITAL_DOMAIN not in _listed(tenant)
    _send(tenant, HOSPITAL, LABORATORY)
    (report,) = _reports(tenant)
    _, recipient = _fields(report)
    assert (recipient["Final-Recipient"], recipient["Status"]) == (f"rfc822; {HOSPITAL}", "5.7.1")
    assert "Remote-MTA" not in recipient, "nobody else was asked"
    assert recipient["Diagnostic-Code"].startswith("x-sandbox; ")
    assert "liste blanche" in report.get_body().get_content()  # type: ignore[union-attr]
    assert tenant.inbox(HOSPITAL) == []
    _call(tenant, handle_domains, HOSPITAL_DOMAIN, "DELETE")
    _send(tenant)
    assert len(tenant.inbox(HOSPITAL)) == 1


def test_by_option_a_domain_off_the_list_is_refused_at_once(tenant: MailTenant) -> None:
    tenant.configure(unlisted_domain="reject")
    _call(tenant, handle_domains, "medecin.mssante.fr", "POST", listed=False)
    with tenant.smtp() as client:
        client.mail(TITULAIRE)
        code, text = client.rcpt(GENERALISTE)
        assert (code, text.startswith(b"5.7.1")) == (550, True)
    (finding,) = tenant.exchanges("smtp-rcpt")[0].findings
    assert "liste blanche" in finding.expected


# Return-Receipt-To


def test_return_receipt_to_asks_for_a_report_of_delivery_unless_notify_says_otherwise(tenant: MailTenant) -> None:
    asking = f"Return-Receipt-To: {TITULAIRE}\r\n".encode() + MAIL
    _send(tenant, mail=asking, rcpt=["NOTIFY=FAILURE"])
    assert _reports(tenant) == []
    _send(tenant, mail=asking)
    (report,) = _reports(tenant)
    assert _fields(report)[1]["Action"] == "delivered"
    tenant.configure(return_receipt="ignore")
    _send(tenant, mail=asking)
    assert len(_reports(tenant)) == 1


# The resources


def test_operators_tell_their_domains_and_citizens_are_kept_by_mon_espace_sante(tenant: MailTenant) -> None:
    found = {one["id"]: one for one in _call(tenant, handle_operators)}
    assert HOSPITAL_DOMAIN in found["hospitalier"]["domains"]
    assert "laboratoire-moulin.mssante.fr" in found["plateaux"]["domains"]
    assert "medecin.mssante.fr" in found["sandbox"]["domains"]
    assert found["mon-espace-sante"]["domains"] == [CITIZEN.partition("@")[2]]
    domains = {one["domain"]: one for one in _call(tenant, handle_domains)}
    assert domains[HOSPITAL_DOMAIN] == {
        "domain": HOSPITAL_DOMAIN,
        "operator": "hospitalier",
        "listed": True,
        "delivery": "prompt",
    }


@pytest.mark.parametrize(
    ("handle", "method", "tail", "body", "status"),
    [
        (handle_operators, "POST", "", {"delivery": "prompt"}, 405),
        (handle_operators, "GET", "other", {}, 404),
        (handle_operators, "POST", "sandbox", {"delivery": "refused"}, 422),
        (handle_operators, "POST", "hospitalier", {"delivery": "slow"}, 422),
        (handle_operators, "POST", "hospitalier", {"listed": False}, 422),
        (handle_operators, "PUT", "hospitalier", {}, 405),
        (handle_domains, "DELETE", "", {}, 405),
        (handle_domains, "GET", "gmail.com", {}, 404),
        (handle_domains, "POST", HOSPITAL_DOMAIN, {"listed": "no"}, 422),
        (handle_domains, "POST", "medecin.mssante.fr", {"delivery": "refused"}, 422),
    ],
)
def test_the_resources_refuse_what_they_cannot_do(
    tenant: MailTenant, handle: Any, method: str, tail: str, body: dict[str, Any], status: int
) -> None:
    with pytest.raises(Refusal) as refused:
        _call(tenant, handle, tail, method, **body)
    assert refused.value.status == status
