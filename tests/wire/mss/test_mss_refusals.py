"""Every way that the operator says no, through a door: the wire's own words, and a finding that explains them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from support.mail_client import Mailer
from support.mail_dialogues import LOGIN_REFUSALS, REFUSALS

from lgo_sandbox.watch.refusals import Refusal
from mss_mock.codes.replies import REPLIES

SOURCES = Path(str(files("mss_mock")))
NOT_ON_THE_WIRE = {"certificat-absent", "structure-inconnue"}
"""PLAIN is not offered without a certificate, and the sandbox issues none for a structure that it does not have."""
AS_CAUSES = re.compile(r"(?:smtp-|imap-)?(?:http|complet|certificat|trop-lent|stockage(?:-plein|-impossible)?)")
ENGLISH = re.compile(r"\b(?:the|not|expected|error|unknown|bad|too|must|is|cannot|missing|invalid)\b", re.IGNORECASE)


def _wire(key: str) -> tuple[str, ...]:
    """How the answer of a refusal begins, on the door that it is provoked on."""
    row = REPLIES[key]
    said = row.smtp or row.imap or row.http
    dropped = ("334 ",) if key in LOGIN_REFUSALS else ()
    return (" ".join(said.split(" ")[:2]), said.split(" ")[0], *dropped)


@pytest.mark.parametrize("key", sorted(REFUSALS))
def test_a_refusal_says_its_words_on_the_wire_and_is_explained(key: str, mailer: Mailer, since: Any) -> None:
    said = REFUSALS[key](mailer).decode("latin-1")
    assert any(word in said for word in _wire(key)), said
    refused = [one for one in since() if (why := one.noted.get(Refusal)) and _is(key, why.code)]
    assert refused, [one.summary for one in since()]
    findings = refused[-1].findings
    assert findings
    for finding in findings:
        assert finding.check_id != "SANDBOX-INEXPLIQUE"
        for text in (finding.title, finding.message, finding.received, finding.expected, finding.remedy):
            assert text, finding
        assert not ENGLISH.search(f"{finding.message} {finding.expected} {finding.remedy}"), finding
        assert key not in f"{finding.title} {finding.message} {finding.received} {finding.expected}"
        assert finding.source.startswith("docs/sources/")


def _is(key: str, code: str) -> bool:
    """Some rows are told as causes of the sandbox."""
    causes = {
        "http": "HTTP",
        "complet": "TROP-DE",
        "lent": "DIALOGUE-TROP",
        "certificat": "CERTIFICAT-CLIENT",
        "stockage": "STOCKAGE",
    }
    if AS_CAUSES.fullmatch(key):
        return any(word in key and code.startswith(f"SANDBOX-{cause}") for word, cause in causes.items())
    return code == key or (key == "imap-starttls-d-abord" and code == "SANDBOX-AUTH-AVANT-STARTTLS")


def test_every_refusal_of_the_catalogue_has_its_way() -> None:
    assert set(REPLIES) - set(REFUSALS) == NOT_ON_THE_WIRE


def test_every_refusal_that_the_code_raises_is_in_the_catalogue_and_the_others_are_gone() -> None:
    raised = set(_raised())
    assert raised - set(REPLIES) == set()
    assert set(REPLIES) - raised == set()


def test_no_door_says_no_but_by_a_refusal() -> None:
    """A literal reply of failure elsewhere would leave unexplained; defects of ours are the exception."""
    allowed = ("451 4.3.0 Internal error", "NO [SERVERBUG] ", "* BYE Logging out", "* BYE Service closing (simulated")
    bare = re.compile(r"(?:[45]\d\d \d\.\d\.\d|(?:\* )?BYE|NO \[|BAD )")
    found = [
        (path.name, text)
        for path in _modules()
        if "codes" not in path.parts
        for text in _literals(path)
        if bare.match(text) and not text.startswith(allowed)
    ]
    diagnostics = [one for one in found if one[0] == "domain.py"]
    assert [one for one in found if one not in diagnostics] == []
    assert all("User unknown" in text or "closed" in text or "exceeds" in text for _, text in diagnostics)


def _modules() -> list[Path]:
    return sorted(SOURCES.rglob("*.py"))


@cache
def _nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def _literals(path: Path) -> Iterator[str]:
    for node in _nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            yield node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value


KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")
RAISING = {"Refused", "LoginRefused", "SaslError", "BadSyntax", "_bad", "_turn_away", "bad", "__init__"}


def _raised() -> Iterator[str]:
    """Yield the keys that are named where something is refused, and those that tables hold."""
    for path in _modules():
        if "codes" in path.parts:
            continue
        for text in _literals(path):
            if text in REPLIES:
                yield text
        for node in _nodes(path):
            if isinstance(node, ast.Call) and _name(node.func) in RAISING and node.args:
                yield from _keys(node.args[0])


def _keys(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.JoinedStr):
        ending = ast.unparse(node).rpartition("}")[2].strip("'\"")
        yield from (f"{door}{ending}" for door in ("smtp", "imap") if ending.startswith("-"))
    elif isinstance(node, ast.Constant) and node.value in ("complet", "http", "trop-lent"):
        yield from (f"{door}-{node.value}" for door in ("smtp", "imap"))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY.fullmatch(node.value):
        yield node.value


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
