"""Keys that are made ahead are given once, and never waited for when they are not begun."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from lgo_sandbox.pki import ahead


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> deque[Future[rsa.RSAPrivateKey]]:
    none: deque[Future[rsa.RSAPrivateKey]] = deque()
    monkeypatch.setattr(ahead, "_AHEAD", none)
    return none


def test_a_key_made_ahead_is_given_once(waiting: deque[Future[rsa.RSAPrivateKey]]) -> None:
    made: Future[rsa.RSAPrivateKey] = Future()
    made.set_running_or_notify_cancel()
    key = ahead._generated()
    made.set_result(key)
    waiting.append(made)
    assert ahead.new_key() is key
    assert ahead.new_key() is not key


def test_a_key_that_is_not_begun_is_generated_by_who_needs_it(waiting: deque[Future[rsa.RSAPrivateKey]]) -> None:
    idle: Future[rsa.RSAPrivateKey] = Future()
    waiting.append(idle)
    assert ahead.new_key().key_size == ahead.KEY_SIZE
    assert idle.cancelled()


def test_an_installation_that_has_its_keys_makes_none(
    waiting: deque[Future[rsa.RSAPrivateKey]], tmp_path: Path
) -> None:
    (tmp_path / "pki").mkdir()
    (tmp_path / "pki" / "pki.json").touch()
    ahead.begin_keys(tmp_path)
    assert not waiting


def test_a_new_installation_begins_with_as_many_as_it_needs(
    waiting: deque[Future[rsa.RSAPrivateKey]], tmp_path: Path
) -> None:
    ahead.begin_keys(tmp_path)
    assert len(waiting) == ahead.AT_FIRST
    for one in list(waiting)[1:]:
        one.cancel()
    assert waiting[0].cancel() or waiting[0].result().key_size == ahead.KEY_SIZE
