"""Runs ``lgo-sandbox`` and tells what it spends once an answer has left: on costly looks, and on the findings.

``python bench/looks.py FILE up …``: FILE holds two doubles, CPU seconds of the looks and of the findings, always up to
date. Nothing is left out of the process's own CPU time, of which both are parts.
"""

from __future__ import annotations

import os
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lgo_sandbox.cli.main import main
from lgo_sandbox.gate import record
from lgo_sandbox.watch import looking

PARTS = struct.Struct("dd")


def parts_in(path: Path) -> tuple[float, float]:
    """Return what a sandbox spent so far, seconds: on the looks, on the findings."""
    looks, findings = PARTS.unpack(path.read_bytes()) if path.exists() else (0.0, 0.0)
    return float(looks), float(findings)


def measured(path: Path) -> None:
    """Let the sandbox of this process keep the file."""
    spent = [0.0, 0.0]
    file = os.open(path, os.O_RDWR | os.O_CREAT)

    def timed(part: int, act: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            began = time.thread_time()
            try:
                return act(*arguments)
            finally:
                spent[part] += time.thread_time() - began
                os.pwrite(file, PARTS.pack(*spent), 0)

        return run

    looking._look_at = timed(0, looking._look_at)
    record._conclude = timed(1, record._conclude)


if __name__ == "__main__":
    measured(Path(sys.argv.pop(1)))
    sys.argv[0] = "lgo-sandbox"
    main()
