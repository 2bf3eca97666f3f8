"""Servers to refuse: a client that spoke fails; one that refused proves it only if it trusts the good servers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.mss_values import TLS, broken, exchange_of, kept, past

from lgo_sandbox.watch.bad_servers import BadServerMet, Weakness
from lgo_sandbox.watch.exchange import Exchange
from mss_mock.codes import BoxKind
from mss_mock.facts import MailLogin

LOGIN = MailLogin(mechanism="PLAIN", mailbox="a@b", kind=BoxKind.PERSON, initial_response=True, opened_by="a")
EXPIRED = "MSS-REFUSES-EXPIRED"
REFUSED = BadServerMet(weakness=Weakness.EXPIRED, refused=True)
SPOKEN = replace(REFUSED, refused=False)
SMTP, IMAP = "smtp-connection", "imap-connection"


def logged_in(door: str = "smtp", *more: BadServerMet, login: MailLogin = LOGIN) -> Exchange:
    return exchange_of([TLS, login, *more], {"smtp": "smtp-auth", "imap": "imap-authenticate"}[door])


def refused(operation: str = SMTP) -> Exchange:
    return exchange_of([REFUSED], operation, 0)


def proved(*before: Exchange, at: str = SMTP) -> bool:
    return EXPIRED in kept([REFUSED], at, history=past(*before), status=0)


def test_a_refusal_counts_once_the_good_server_was_trusted():
    assert proved(logged_in())
    assert not proved()
    assert not proved(logged_in(login=replace(LOGIN, opened_by="")))
    assert not proved(logged_in("smtp", SPOKEN))
    assert not proved(exchange_of([replace(TLS, tls_version=""), LOGIN], "smtp-auth"))


def test_a_software_that_uses_both_doors_refuses_at_both():
    both = (logged_in("smtp"), logged_in("imap"))
    assert not proved(*both)
    assert proved(*both, refused(IMAP))
    assert not proved(logged_in("smtp"), at=IMAP)
    other = exchange_of([replace(REFUSED, weakness=Weakness.REVOKED)], IMAP, 0)
    assert not proved(*both, other)


def test_a_refusal_before_the_good_server_was_trusted_does_not_count():
    early = refused(IMAP)
    early.age = "2020-01-01T10:00:00+00:00"
    assert not proved(early, logged_in("smtp"), logged_in("imap"))


@pytest.mark.parametrize(
    ("weakness", "found"),
    [
        (Weakness.TLS_1_0, ["MSS-REFUSES-TLS-1-0"]),
        (Weakness.TLS_1_1, ["MSS-REFUSES-TLS-1-1"]),
        (Weakness.WEAK_SUITES, ["MSS-REFUSES-WEAK-SUITES"]),
        (Weakness.EXPIRED, [EXPIRED]),
        (Weakness.REVOKED, ["MSS-REFUSES-REVOKED"]),
        (Weakness.WRONG_CA, ["MSS-REFUSES-WRONG-CA"]),
        (Weakness.SELF_SIGNED, ["MSS-REFUSES-SELF-SIGNED"]),
        (Weakness.NOT_YET_VALID, []),
        (Weakness.WRONG_NAME, []),
        (Weakness.UNREACHABLE, []),
    ],
)
def test_who_speaks_to_a_bad_server_of_mail_breaks_its_rule(weakness: Weakness, found: list[str]):
    assert broken([replace(SPOKEN, weakness=weakness)], SMTP) == found


def test_what_is_asked_of_the_directory_is_no_matter_of_the_operator():
    assert broken([SPOKEN], "annuaire-search") == []


def test_who_goes_on_without_any_list_is_believed_once_it_refused_a_revoked_certificate():
    unreachable = replace(SPOKEN, weakness=Weakness.UNREACHABLE)
    looks = exchange_of([replace(REFUSED, weakness=Weakness.REVOKED)], SMTP, 0)
    assert "MSS-KEPT-CRL" in kept([unreachable], SMTP, history=past(looks))
    assert "MSS-KEPT-CRL" not in kept([unreachable], SMTP, history=past(refused()))
    assert "MSS-KEPT-CRL" not in kept([replace(unreachable, refused=True)], SMTP, history=past(looks))
