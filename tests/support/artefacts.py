"""Where the official schemas, samples and value sets are: in ``LGO_SANDBOX_ARTEFACTS``, else beside the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

__all__ = ["artefacts", "samples_of"]

DEFAULT = Path(__file__).resolve().parents[3] / "shared" / "ci-sis"


def artefacts() -> Path:
    """Return the folder, or skip the test that asks for it."""
    folder = Path(os.environ.get("LGO_SANDBOX_ARTEFACTS") or DEFAULT)
    if not folder.is_dir():
        pytest.skip(f"the official files are not there: {folder} (set LGO_SANDBOX_ARTEFACTS)")
    return folder


def samples_of(part: str = "TestContenuCDA-3-0/ExemplesCDA") -> list[Path]:
    """Return the official samples of a folder, or skip the test that asks for them."""
    found = sorted((artefacts() / part).glob("*.xml"))
    if not found:
        pytest.skip(f"no sample in {part}")
    return found
