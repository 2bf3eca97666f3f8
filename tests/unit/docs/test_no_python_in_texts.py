"""No text that people read holds a value as Python writes it: ``'x'``, ``b'x'``; it stands between guillemets.

What only a developer reads is a ``ValueError`` or one of the errors that are named here, in English.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ROOMS = sorted(
    [
        *(path.relative_to(ROOT) for path in (ROOT / "services").iterdir() if path.is_dir()),
        *(path.relative_to(ROOT) for path in (ROOT / "lgo_sandbox").iterdir() if (path / "__init__.py").exists()),
        Path("client/lgo_client"),
        Path("libs/health_documents"),
    ]
)
PYTHON = re.compile(r"!r\}|\{repr\(")
FOR_DEVELOPERS = re.compile(r"raise (ValueError|MalformedCatalogue|Unknown\w+|InvalidObservation)\(|hashlib")


@pytest.mark.parametrize("room", ROOMS, ids=str)
def test_no_text_shows_a_value_as_python_writes_it(room: Path) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sorted((ROOT / room).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if PYTHON.search(line) and not FOR_DEVELOPERS.search(line)
    ]
    assert found == []
