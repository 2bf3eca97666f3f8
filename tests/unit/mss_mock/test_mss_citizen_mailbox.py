"""What a citizen's mailbox makes of a mail: conversations, a plain text, files from their own octets."""

from __future__ import annotations

import pytest
from support.mail_documents import PDF, PLAIN, attached, composed

from lgo_sandbox.population.people import population
from lgo_sandbox.population.representatives import REPRESENTATIVES
from mss_mock.citizens.parts import MAX_LEAVES, MAX_TEXT, Told, file_of, told_by
from mss_mock.citizens.rights import representative_of, signature_of
from mss_mock.citizens.threads import names_in, threads_of
from mss_mock.imap.deriving import derive
from mss_mock.imap.sections import read_places
from mss_mock.wire.texts import plain_of

HTML = b"Content-Type: text/html; charset=utf-8\r\n\r\n"


def told(octets: bytes) -> Told:
    return told_by(read_places(derive(octets).parts), lambda start, end: octets[start:end])


def names(octets: bytes) -> list[str]:
    return [file.name for file in told(octets).files]


def test_mails_are_joined_by_what_they_name_in_any_order() -> None:
    mails = [("a", ["<1>"]), ("b", ["<2>"]), ("c", ["<3>", "<1>", "<2>"]), ("d", []), ("e", ["<9>"])]
    assert threads_of(mails) == {"a": "a", "b": "a", "c": "a", "d": "d", "e": "e"}


def test_a_long_chain_of_mails_is_one_conversation() -> None:
    mails = [(str(number), [f"<{number}>", f"<{number - 1}>"]) for number in range(3000)]
    assert set(threads_of(mails).values()) == {"0"}


def test_only_what_has_the_form_of_a_message_id_is_one() -> None:
    assert names_in("<a@b> x <c d> <e@f>", "<a@b>\r\n", "") == ("<a@b>", "<e@f>")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Un</p><p>deux<br>trois</p>", "Un\ndeux\ntrois"),
        ("<style>p{}</style><SCRIPT>pris()</SCRIPT>a<!-- b -->c", "ac"),
        ("a<script>never closed", "a"),
        ("&lt;b&gt; 1 < 2", "<b> 1 < 2"),
        ("İ" * 5 + "<script>x</script>fin", "i̇" * 5 + "fin"),
        ("\n\n\n<div>\n</div>\n<div></div>a", "a"),
    ],
)
def test_html_is_read_as_its_words(markup: str, text: str) -> None:
    assert plain_of(markup) == text


def test_the_plain_form_of_a_mail_is_preferred_and_its_html_no_file() -> None:
    both = composed("", b"Content-Type: text/plain\r\n\r\nclair", HTML + b"<b>gras</b>", kind="alternative")
    assert told(both) == Told("clair", False, False, ())
    assert told(composed("", HTML + b"<b>gras</b>")) == Told("gras", True, False, ())
    assert told(PLAIN).text == "Bonjour docteur."


def test_a_long_text_is_cut_and_says_so() -> None:
    shown = told(PLAIN.replace(b"Bonjour docteur.", b"a " * 300_000))
    assert (len(shown.text), shown.cut) == (MAX_TEXT, True)


def test_files_are_named_numbered_and_weighed_within_bounds() -> None:
    mail = attached(("a\x07.pdf", "application/pdf", PDF * 100), ("b.exe", "application/octet-stream", b"x"))
    first, second = told(mail).files
    assert (first.part, first.program, second.program) == ("2", "", "extension .exe")
    assert abs(first.size - len(PDF) * 100) < 100
    part = b"Content-Disposition: attachment\r\n\r\nx"
    assert len(told(composed("", *[part] * 300)).files) == MAX_LEAVES
    assert names(composed("", b"Content-Type: message/rfc822\r\n\r\n" + PLAIN, part)) == ["piece-1.eml", "piece-2.txt"]


def test_a_file_is_read_alone_whatever_its_encoding_and_an_enclosed_mail_as_it_is() -> None:
    mail = composed(
        "",
        b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: BASE64\r\n\r\nJVBERi0x\r\n",
        b"Content-Type: message/rfc822\r\n\r\n" + PLAIN,
    )
    read: list[tuple[int, int]] = []

    def octets(start: int, end: int) -> bytes:
        read.append((start, end))
        return mail[start:end]

    root = read_places(derive(mail).parts)
    found = file_of(root, "1", octets)
    assert found is not None
    assert found[1] == b"%PDF-1"
    assert sum(end - start for start, end in read) < 120
    enclosed = file_of(root, "2", octets)
    assert enclosed is not None
    assert enclosed[1].startswith(PLAIN[:20])


@pytest.mark.parametrize("number", ["", "0", "3", "1.1.1", "-1", "1.x", "9999", "².1", ".".join(["1"] * 200)])
def test_a_number_that_is_no_file_gives_none(number: str) -> None:
    mail = attached(("a.pdf", "application/pdf", PDF))
    assert file_of(read_places(derive(mail).parts), number, lambda start, end: mail[start:end]) is None


def test_a_child_is_signed_for_by_whoever_represents_it() -> None:
    people = population()
    for one in REPRESENTATIVES:
        for child in map(people.patient_named, one.children):
            assert signature_of(child).startswith(f"{one.name}, pour ")
            assert {representative_of(child, said) for said in (one.id, one.name.upper())} == {one}
            assert representative_of(child, "martin-claire") is None
    assert signature_of(people.patient_named("martin-claire"), REPRESENTATIVES[0]) == "CLAIRE MARTIN"
