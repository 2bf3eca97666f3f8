"""Certificates made once in a test run: a sandbox that starts on a copy of them generates no key."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from lgo_sandbox.control.ready import CARD_PERSONAS
from lgo_sandbox.pki import Kind, Pki, ready_certificates
from lgo_sandbox.pki.holders import MAIN_STRUCTURE, card_holders, organisation_holder
from lgo_sandbox.population.people import population

__all__ = ["with_keys"]


def with_keys(state: Path) -> Path:
    """Give a new state directory the certificates of the test run, and return it."""
    if not (state / "pki").exists():
        shutil.copytree(_made(), state / "pki")
    return state


@cache
def _made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="lgo-sandbox-keys-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    people, pki = population(), Pki.open(folder / "pki")
    pki.issue(Kind.SERVER)
    cards = card_holders(one for one in people.professionals if one.id in CARD_PERSONAS)
    ready_certificates(pki, organisation_holder(people.structure(MAIN_STRUCTURE)), cards)
    return pki.directory
