"""What the tests in a real browser share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.chromium import Windows, launched


@pytest.fixture(scope="module")
def chromium() -> Iterator[Windows]:
    """One browser for a module: Playwright's loop would be in the way of asynchronous tests elsewhere."""
    with launched() as browser:
        yield Windows(browser)


@pytest.fixture
def windows(chromium: Windows) -> Iterator[Windows]:
    """The browser, which forgets what a test did."""
    yield chromium
    chromium.forget()
