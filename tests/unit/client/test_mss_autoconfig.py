"""How a mailbox is set up by what its operator publishes, and what of it is refused."""

from __future__ import annotations

import httpx
import pytest

from lgo_client.environment import Environment
from lgo_client.mss.autoconfig import Configuration, NotConfigured, configured_by, read_configuration

SERVER = (
    "<{tag} type='{kind}'><hostname>{host}</hostname><port>{port}</port><socketType>{socket}</socketType>"
    "<authentication>{auth}</authentication><username>%EMAILADDRESS%</username></{tag}>"
)


def server(
    tag: str, kind: str, *, host: str = "mail.test", port: str = "2143", socket: str = "STARTTLS", auth: str = "OAuth2"
) -> str:
    return SERVER.format(tag=tag, kind=kind, host=host, port=port, socket=socket, auth=auth)


def configuration(*servers: str) -> bytes:
    return (
        f"<clientConfig version='1.1'><emailProvider id='x'>{''.join(servers)}</emailProvider></clientConfig>".encode()
    )


SMTP = server("outgoingServer", "smtp", port="2587")
WHOLE = configuration(server("incomingServer", "imap"), SMTP)


def test_a_configuration_says_where_both_doors_are() -> None:
    assert read_configuration(WHOLE) == Configuration(imap="mail.test:2143", smtp="mail.test:2587")


def test_it_changes_the_doors_of_an_environment_and_nothing_else() -> None:
    before = Environment({"smtp": "a:1", "imap": "a:2", "nil": "N"})
    after = read_configuration(WHOLE).applied(before)
    assert after.document == {"smtp": "mail.test:2587", "imap": "mail.test:2143", "nil": "N"}
    assert before.socket("smtp") == ("a", 1)


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"<a", "illisible"),
        (configuration(SMTP), "sans incomingServer"),
        (configuration(server("incomingServer", "pop3"), SMTP), "sans incomingServer"),
        (
            configuration(server("incomingServer", "imap", socket="plain"), SMTP),
            "socketType plain ; attendu",
        ),
        (configuration(server("incomingServer", "imap", auth=""), SMTP), "authentication absent ; attendu : OAuth2"),
        (configuration(server("incomingServer", "imap", host=""), SMTP), "sans nom"),
        (configuration(server("incomingServer", "imap", port="imap"), SMTP), "port imap"),
        (b"<!DOCTYPE a><a/>", "illisible"),
    ],
)
def test_what_the_rules_do_not_admit_is_refused_in_french(octets: bytes, said: str) -> None:
    with pytest.raises(NotConfigured, match=said):
        read_configuration(octets)


def test_the_mailbox_is_named_and_an_error_told() -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(200, content=WHOLE) if len(asked) == 1 else httpx.Response(404)

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        found, octets = configured_by(http, "https://autoconfig.test", "a@b.mssante.fr")
        assert (found.smtp, octets) == ("mail.test:2587", WHOLE)
        assert asked[0].path == "/mail/config-v1.1.xml"
        assert asked[0].params["emailaddress"] == "a@b.mssante.fr"
        with pytest.raises(NotConfigured, match="réponse 404"):
            configured_by(http, "https://autoconfig.test", "a@b.mssante.fr")
