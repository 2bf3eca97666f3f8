"""Mutated dialogues on both mail doors: whatever comes, an answer or an exchange, and never a defect of ours.

Bounded and seeded: the same octets every time. ``LGO_TESTS_FUZZ`` multiplies the cases.
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from support.mail_client import Mailer
from support.mail_documents import PLAIN, documents
from support.mss_operator import MailOperator, MailTenant, Since
from support.mss_raw import Raw, Raws

CASES = 15 * int(os.environ.get("LGO_TESTS_FUZZ", "1"))

SMTP = (
    b"EHLO lgo.test\r\n",
    b"MAIL FROM:<helene.valmont@pharmacien.mssante.fr> SIZE=900 BODY=8BITMIME RET=HDRS ENVID=a+2B\r\n",
    b"RCPT TO:<isabelle.delorme@medecin.mssante.fr> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a@b\r\n",
    b"RCPT TO:<256036330091838@patient.mssante.fr>\r\n",
    b"DATA\r\n",
    PLAIN + b".\r\n",
    b"RSET\r\n",
    b"MAIL FROM:<>\r\nRCPT TO:<isabelle.delorme@medecin.mssante.fr>\r\nDATA\r\n",
    documents() + b".\r\n",
    b"VRFY a\r\nNOOP x\r\nHELP\r\nEXPN b\r\n",
    b"AUTH XOAUTH2 eA==\r\n",
    b"STARTTLS\r\n",
    b"QUIT\r\n",
)
IMAP = (
    b"a CAPABILITY\r\n",
    b'b LIST (SUBSCRIBED) "" * RETURN (STATUS (MESSAGES UIDNEXT))\r\n',
    b"c SELECT INBOX\r\n",
    b"d FETCH 1:* (FLAGS UID BODY.PEEK[HEADER.FIELDS (SUBJECT FROM)]<0.100> BODYSTRUCTURE ENVELOPE)\r\n",
    b'e SEARCH CHARSET UTF-8 OR (SUBJECT "x" UNSEEN) NOT HEADER Message-ID "<a@b>" SINCE 1-Jan-2026\r\n',
    b"f UID STORE 1:* +FLAGS.SILENT (\\Seen $Traite)\r\n",
    b'g APPEND Sent (\\Seen) "05-Jan-2026 10:20:30 +0100" {12+}\r\nSubject: a\r\n\r\n',
    b'h CREATE "Patients/&AOk-t&AOk-"\r\n',
    b"i UID COPY 1 Archive\r\n",
    b"j MOVE 1 Trash\r\n",
    b"k EXPUNGE\r\n",
    b"l IDLE\r\nDONE\r\n",
    b'm ID ("name" "lgo")\r\n',
    b"n LOGIN {3+}\r\nabc {3+}\r\ndef\r\n",
    b"o AUTHENTICATE XOAUTH2 eA==\r\n",
    b"p LOGOUT\r\n",
)
PIECES = (b"\0", b"\r", b"\n", b"\r\n", b"\xff\xfe", b"{", b"}", b"{99999999}", b"{5+}\r\n", b"(" * 40, b"\x16\x03\x01")
PIECES += (b'"', b"<", b">", b"*", b"=" * 70, b"A" * 3000, "é".encode(), b"\x1b[0m", b"%s%n", b"\r\n.\r\n")


def _mutated(rng: random.Random, script: tuple[bytes, ...]) -> bytes:
    lines = list(script)
    for _ in range(rng.randrange(3)):
        one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
    octets = bytearray(b"".join(lines))
    for _ in range(rng.randrange(1, 8)):
        place = rng.randrange(len(octets))
        match rng.randrange(4):
            case 0:
                octets[place] = rng.randrange(256)
            case 1:
                del octets[place : place + rng.randrange(1, 30)]
            case 2:
                octets[place:place] = rng.choice(PIECES)
            case _:
                octets[place:place] = octets[place : place + rng.randrange(1, 200)]
    return bytes(octets)


def _throw(raw: Raw, octets: bytes) -> None:
    """Send everything, say that nothing more comes, and read all that the door still says."""
    with suppress(OSError):
        raw.send(octets)
        raw.sock.shutdown(socket.SHUT_WR)
        while raw.sock.recv(65536):
            pass
    raw.close()


@pytest.fixture
def unhandled(operator: MailOperator) -> Iterator[list[dict[str, Any]]]:
    """What nobody handled in the loop of the operator."""
    found: list[dict[str, Any]] = []
    operator.runner.do(
        lambda: asyncio.get_running_loop().set_exception_handler(lambda _, context: found.append(context))
    )
    yield found
    operator.runner.do(lambda: asyncio.get_running_loop().set_exception_handler(None))


@pytest.mark.parametrize("stage", ["clear", "logged in"])
@pytest.mark.parametrize(("door", "script"), [("smtp", SMTP), ("imap", IMAP)])
def test_mutated_dialogues_end_in_answers_and_exchanges(
    door: str,
    script: tuple[bytes, ...],
    stage: str,
    operator: MailOperator,
    tenant: MailTenant,
    connect: Raws,
    monkeypatch: pytest.MonkeyPatch,
    since: Since,
    unhandled: list[dict[str, Any]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    mailer, rng = Mailer(tenant, connect, monkeypatch.setattr), random.Random(f"{door} {stage}")
    opened = mailer.connect if stage == "clear" else lambda name: mailer.sender() if name == "smtp" else mailer.reader()
    for _ in range(CASES):
        _throw(opened(door), _mutated(rng, script))
    operator.settle()
    exchanges = since()
    assert unhandled == []
    assert [record.getMessage() for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")] == []
    assert {one.outcome for one in exchanges} <= {"answered", "refused", "aborted"}
    told = {finding.check_id for one in exchanges for finding in one.findings}
    assert not told & {"SANDBOX-INEXPLIQUE", "SANDBOX-DEFAUT"}
    assert all(one.findings for one in exchanges if one.outcome != "answered")
    with tenant.smtp() as client:
        assert client.noop()[0] == 250
