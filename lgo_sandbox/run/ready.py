"""The ready-file on disk: written in one move once every port answers, removed by the sandbox that wrote it.

Source: design of the project (Ready-file). Knows nothing of what it holds.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

__all__ = ["remove_ready_file", "write_ready_file"]


def write_ready_file(path: Path, document: dict[str, Any]) -> None:
    """Write the ready-file in one move, so that a waiting reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    partial.replace(path)


def remove_ready_file(path: Path, control: str) -> None:
    """Remove the ready-file of a sandbox that stops, unless another one has written it since."""
    with contextlib.suppress(OSError, ValueError):
        if json.loads(path.read_text(encoding="utf-8")).get("control") == control:
            path.unlink()
