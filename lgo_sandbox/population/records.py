"""Records that a user gives in a file: a list under one name, in YAML (with PyYAML), JSON or TOML by the file's suffix.

Knows no record. Nothing but plain values is ever built from a file.
"""

from __future__ import annotations

import json
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

from lgo_sandbox.wire.system import reason

__all__ = ["BadFile", "read_records"]

MAX_FILE = 1024 * 1024
MAX_TEXT = 200


class BadFile(ValueError):
    """The file or a record in it cannot be used; the message says why, in French."""


def read_records(path: Path, member: str) -> list[Any]:
    """Return the list under a name, or the list that the whole file is. Raises BadFile."""
    try:
        octets = path.read_bytes()
    except OSError as error:
        raise BadFile(f"{path} : fichier illisible ({reason(error)})") from error
    if len(octets) > MAX_FILE:
        raise BadFile(f"{path} : fichier trop long")
    content = _parsed(path, octets)
    records = content.get(member) if isinstance(content, dict) else content
    if not isinstance(records, list):
        raise BadFile(f"{path} : une liste « {member} » est attendue")
    return records


def _parsed(path: Path, octets: bytes) -> Any:
    try:
        text = octets.decode("utf-8")
        if path.suffix == ".json":
            return json.loads(text)
        return tomllib.loads(text) if path.suffix == ".toml" else _yaml(path, text)
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{path} : {str(error)[:MAX_TEXT]}") from error


def _yaml(path: Path, text: str) -> Any:
    try:
        yaml: Any = import_module("yaml")
    except ImportError:
        raise BadFile(f"{path} : PyYAML n'est pas installé, donnez ce fichier en JSON ou en TOML") from None
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
