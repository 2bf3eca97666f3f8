"""The ``validate`` command: files, folders of artefacts, three formats, documented exit codes.

Needs no running sandbox. Source: design of the project (Commands). Knows no rule.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from health_documents.errors import ArtefactsError
from health_documents.validation import Report, Validator, as_json, as_junit, as_text
from lgo_sandbox.cli.errors import CommandError
from lgo_sandbox.wire.system import reason

__all__ = ["INVALID", "VALID", "validate_files"]

VALID = 0
INVALID = 1
"""Exit codes: every file without error; a file with an error. 2 (CommandError): a file that cannot be opened."""

MAX_FILE_BYTES = 100 * 1024 * 1024
FORMATS = ("text", "json", "junit")


def validate_files(
    files: Sequence[Path], form: str, artefacts: Path | None, output: Path | None, *, schematrons: bool
) -> int:
    """Validate files, write the reports and return the exit code. Raises CommandError."""
    if form not in FORMATS:
        raise CommandError(f"format inconnu : {form} (formats : {', '.join(FORMATS)})")
    folder = artefacts or _folder_of_environment()
    try:
        validator = Validator(folder, schematrons=schematrons)
        reports = [validator.validate(_read(path), path.name) for path in files]
    except ArtefactsError as error:
        raise CommandError(str(error)) from None
    _write(reports, form, output)
    return VALID if all(report.is_valid for report in reports) else INVALID


def _folder_of_environment() -> Path | None:
    named = os.environ.get("LGO_SANDBOX_ARTEFACTS", "")
    return Path(named) if named else None


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise CommandError(f"{path} : plus de {MAX_FILE_BYTES} octets")
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} ne peut pas être lu : {reason(error)}") from None


def _write(reports: Sequence[Report], form: str, output: Path | None) -> None:
    text = {"text": as_text, "json": as_json}.get(form)
    octets = text(reports).encode("utf-8", "replace") if text else as_junit(reports)
    if output is None:
        sys.stdout.buffer.write(octets if octets.endswith(b"\n") else octets + b"\n")
        sys.stdout.flush()
        return
    try:
        output.write_bytes(octets)
    except OSError as error:
        raise CommandError(f"{output} ne peut pas être écrit : {reason(error)}") from None
