"""Structure over stored octets: the same view as the standard library's, byte-exact, and never an error."""

from __future__ import annotations

import email
from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mss_mock.imap.addresses import read_addresses
from mss_mock.imap.deriving import base_subject, derive
from mss_mock.imap.rendering import body_structure, envelope
from mss_mock.imap.sections import place_of, read_places, write_places
from mss_mock.imap.structure import parse


def _simple() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "Hélène Valmont <h@x.fr>", "a@b.c"
    message["Subject"] = "Compte rendu d'été"
    message.set_content("Bonjour,\nvoici.\n")
    return message


def _alternative() -> EmailMessage:
    message = _simple()
    message.add_alternative("<p>Bonjour</p>", subtype="html")
    return message


def _attached() -> EmailMessage:
    message = _alternative()
    message.add_attachment(
        b"PK\x03\x04" + bytes(range(256)) * 9, maintype="application", subtype="zip", filename="IHE_XDM.zip"
    )
    message.add_attachment(b"%PDF-1.4 x", maintype="application", subtype="pdf", filename="20260101_CR_été.pdf")
    return message


def _forwarded() -> EmailMessage:
    message = _simple()
    message.add_attachment(_attached())
    return message


SAMPLES = [build().as_bytes(policy=policy.SMTP) for build in (_simple, _alternative, _attached, _forwarded)]
SAMPLES.append(b"Subject: x\r\n\r\nsans type\r\n")
SAMPLES.append(
    b"Content-Type: multipart/mixed; boundary=a\r\n\r\npre\r\n--a\r\n\r\nun\r\n"
    b"--a\r\nContent-Type: text/html\r\n\r\n\r\n--a--\r\nepi"
)
SAMPLES.append(b"Content-Type: multipart/digest; boundary=a\r\n\r\n--a\r\n\r\nSubject: in\r\n\r\ntext\r\n--a--\r\n")


def _tree(message):
    """The stdlib's view: type, raw payload of leaves, children."""
    kind = message.get_content_type().upper()
    if message.get_content_maintype() == "multipart":
        return kind, [_tree(part) for part in message.get_payload()]
    if kind == "MESSAGE/RFC822":
        return kind, [_tree(message.get_payload(0))]
    return kind, message.get_payload()


def _ours(part):
    kind = f"{part.maintype.decode()}/{part.subtype.decode()}"
    if part.multipart:
        return kind, [_ours(child) for child in part.children]
    if part.message is not None:
        return kind, [_ours(part.message)]
    return kind, part.body_octets.decode("ascii", "surrogateescape")


@pytest.mark.parametrize("raw", SAMPLES)
def test_the_structure_is_the_standard_librarys(raw):
    assert _ours(parse(raw)) == _tree(email.message_from_bytes(raw))


@pytest.mark.parametrize("raw", SAMPLES)
def test_every_part_is_a_slice_of_the_message(raw):
    def check(part):
        assert part.raw is raw
        assert part.start <= part.body <= part.end <= len(raw)
        for child in [*part.children, *([part.message] if part.message else [])]:
            assert part.body <= child.start <= child.end <= part.end
            check(child)

    root = parse(raw)
    assert root.header_octets + root.body_octets == raw
    check(root)


def test_the_line_end_before_a_boundary_belongs_to_the_boundary():
    root = parse(b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\nun\r\n\r\n--a\r\n\r\n--a--")
    assert [child.body_octets for child in root.children] == [b"un\r\n", b""]


def test_a_boundary_that_only_begins_like_ours_is_text():
    root = parse(b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\n--ab\r\nx --a\r\n--a--\r\n")
    assert [child.body_octets for child in root.children] == [b"--ab\r\nx --a"]


def test_truncated_multiparts_keep_what_there_is():
    root = parse(b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: text/html\r\n\r\ncoup")
    assert root.children[0].body_octets == b"coup"


def resolved(root, *numbers):
    return place_of(read_places(write_places(root)), numbers)


def body(root, *numbers):
    place = resolved(root, *numbers)
    return root.raw[place.body : place.end]


def mime(root, *numbers):
    place = resolved(root, *numbers)
    return root.raw[place.start : place.body]


def test_part_numbers_go_through_enclosed_messages():
    root = parse(_forwarded().as_bytes(policy=policy.SMTP))
    assert resolved(root, 2).message is not None
    assert b"application/zip" in mime(root, 2, 2)
    assert b"text/html" in mime(root, 2, 1, 2)
    assert body(root, 1).startswith(b"Bonjour")
    assert resolved(root, 1, 1) is None
    assert resolved(root, 9) is None
    assert resolved(root) == (root.start, root.body, root.end, *resolved(root)[3:])


def test_the_first_part_of_a_message_that_is_a_message_is_its_body():
    root = parse(b"Content-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\ntexte")
    assert body(root, 1) == b"Subject: in\r\n\r\ntexte"
    assert root.raw[resolved(root, 1).message.start :].startswith(b"Subject: in")
    assert body(root, 1, 1) == b"texte"


def test_bodystructure_of_a_mail_with_documents():
    text = body_structure(parse(SAMPLES[2]), extended=True)
    assert text.startswith(b'((("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 18 2 NIL NIL NIL NIL)')
    assert b'("APPLICATION" "ZIP" NIL NIL NIL "BASE64" ' in text
    assert b'("ATTACHMENT" ("FILENAME" "IHE_XDM.zip"))' in text
    assert text.count(b"(") == text.count(b")")


def test_envelope_keeps_encoded_words_and_defaults_to_the_sender():
    text = envelope(parse(SAMPLES[0]))
    sender = b'(("=?utf-8?q?H=C3=A9l=C3=A8ne?= Valmont" NIL "h" "x.fr"))'
    assert text.count(sender) == 3
    assert b'((NIL NIL "a" "b.c"))' in text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"a@b.c", [(None, None, b"a", b"b.c")]),
        (b'"Doe, J" <j@d.fr>, (c) k@e', [(b"Doe, J", None, b"j", b"d.fr"), (b"c", None, b"k", b"e")]),
        (b"G: a@b, c@d;", [(None, None, b"G", None), (None, None, b"a", b"b"), (None, None, b"c", b"d"), (None,) * 4]),
        (b"undisclosed:;", [(None, None, b"undisclosed", None), (None,) * 4]),
        (b"<@r:x@y>", [(None, b"@r", b"x", b"y")]),
        (b"", []),
    ],
)
def test_addresses_are_told_apart(value, expected):
    assert list(read_addresses(value)) == expected


@pytest.mark.parametrize(
    "bomb",
    [
        b"From: " + b"a " * 300_000,
        b"To: " + b"<" * 100_000 + b"\r\nTo: <" * 30_000,
        b"Cc: " + b"(" * 300_000,
        b"To: " + b"a@b.fr, " * 100_000,
        b"Subject: " + b"re: " * 300_000,
        b"Subject: " + b"[x] " * 300_000,
        b"Subject: " + b"=?utf-8?q?a?= " * 100_000,
        b"Date: " + b"1 " * 300_000,
        b"Content-Type: text/plain" + b"; a" * 300_000,
        b'Content-Type: text/plain; a="' + b"\\" * 300_000,
        b"X: y\r\n" * 100_000,
    ],
)
def test_no_header_costs_more_than_its_length(bomb):
    derived = derive(bomb + b"\r\n\r\ncorps")
    assert len(derived.head) < 4 * len(bomb)
    assert len(derived.envelope) < 4 * len(bomb)


def test_a_subject_is_compared_without_what_answers_add():
    for subject in ("fleur", "re: fleur", "re[2]: fleur", "[liste] re: [autre] fwd: fleur (fwd) (fwd)", "[fwd: fleur]"):
        assert base_subject(subject) == "fleur"
    assert [base_subject(one) for one in ("[liste]", "re:", "")] == ["[liste]", "", ""]


def test_depth_and_number_of_parts_are_bounded():
    nested = b""
    for number in range(60):
        nested += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (number, number)
    body_structure(parse(nested), extended=True)
    many = b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\n\r\nx\r\n" * 5000
    assert len(parse(many).children) <= 500


@given(
    st.lists(
        st.sampled_from(
            [
                b"Content-Type: multipart/mixed; boundary=a",
                b"Content-Type: message/rfc822",
                b"",
                b"--a",
                b"--a--",
                b"\xff\0",
                b'Content-Type: multipart/digest; boundary="a\\',
                b"From: (((",
                b'To: "x',
                b" folded",
                b"Subject:",
                b"texte",
            ]
        ),
        max_size=25,
    ),
    st.sampled_from([b"\r\n", b"\n", b"\r"]),
)
def test_no_message_makes_the_structure_fail(lines, newline):
    root = parse(newline.join(lines))
    body_structure(root, extended=True)
    body_structure(root, extended=False)
    envelope(root)
    derive(root.raw)
    assert root.header_octets + root.body_octets == root.raw
