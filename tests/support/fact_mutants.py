"""Mutates the facts of services: each member renamed, each fact never noted. Something must notice every time.

    python -m support.fact_mutants rename insi_mock dmp_mock …    mypy must fail for each renamed member
    python -m support.fact_mutants drop insi_mock tests/wire/…    a test must fail when a fact is not noted

Run from ``tests/`` (``make mutants`` does, which takes minutes). The mutants that nobody noticed are printed; the exit
code is their number, 99 at most. ``LGO_TESTS_DROPPED_FACT`` drops a fact: ``tests/conftest.py`` reads it.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Member", "fact_types", "members_of"]

ROOT = Path(__file__).parents[2]
SERVICES = ROOT / "services"
DROPPED = "LGO_TESTS_DROPPED_FACT"
FAILED, INTERRUPTED = 1, 2
"""Exit codes of pytest."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a fact or of a value in it, where it is declared."""

    path: Path
    owner: str
    name: str
    line: int
    has_default: bool


def files_of(service: str) -> list[Path]:
    """Return the modules of a service that declare facts."""
    folder = SERVICES / service
    return sorted({*folder.glob("facts.py"), *folder.glob("facts/*.py"), *folder.glob("transactions/*.py")})


def _classes(path: Path) -> Iterator[ast.ClassDef]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            yield node


def _bases(node: ast.ClassDef) -> set[str]:
    return {base.id for base in node.bases if isinstance(base, ast.Name)}


def _is_value(node: ast.ClassDef) -> bool:
    return any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list)


def fact_types(service: str) -> list[str]:
    """Return the names of the types of facts of a service."""
    classes = [node for path in files_of(service) for node in _classes(path)]
    found = {"Facts", "Refusal"}
    while more := {node.name for node in classes if _bases(node) & found} - found:
        found |= more
    return sorted(found - {"Facts", "Refusal"})


def members_of(service: str) -> list[Member]:
    """Return the members of the facts of a service, and of the values beside them."""
    return [
        Member(path, node.name, item.target.id, item.lineno, item.value is not None)
        for path in files_of(service)
        for node in _classes(path)
        if _is_value(node) and (path.parent.name != "transactions" or "Facts" in _bases(node))
        for item in node.body
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
    ]


def mypy_notices(member: Member) -> bool:
    """Tell whether mypy fails once a member is renamed where it is declared."""
    before = member.path.read_text(encoding="utf-8")
    lines = before.splitlines(keepends=True)
    lines[member.line - 1] = lines[member.line - 1].replace(f"{member.name}:", f"{member.name}_mutant:", 1)
    try:
        member.path.write_text("".join(lines), encoding="utf-8")
        return subprocess.run(["dmypy", "run"], cwd=ROOT, capture_output=True, check=False).returncode != 0
    finally:
        member.path.write_text(before, encoding="utf-8")


def a_test_notices(service: str, fact: str, tests: Sequence[str]) -> bool:
    """Tell whether a test fails once a fact is never noted."""
    environment = {**os.environ, DROPPED: f"{service}:{fact}"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "2", "-p", "no:randomly", *tests]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    # With workers, ``-x`` ends with the code of an interruption, as modules that cannot be read do.
    return run.returncode in (FAILED, INTERRUPTED) and b"\nFAILED " in run.stdout


def _check_unmutated() -> None:
    """Leave unless mypy passes before anything is renamed: it would else notice every mutant, and prove nothing."""
    run = subprocess.run(["dmypy", "run"], cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(f"mypy fails before any mutant:\n{run.stdout[-2000:]}")


def _renamed(services: Sequence[str]) -> Iterator[str]:
    _check_unmutated()
    for member in (member for service in services for member in members_of(service)):
        if not mypy_notices(member):
            yield f"{member.path.relative_to(ROOT)}:{member.line} {member.owner}.{member.name}"


def _dropped(service: str, tests: Sequence[str]) -> Iterator[str]:
    for fact in fact_types(service):
        if not a_test_notices(service, fact, tests):
            yield f"{service} {fact}"


def main(arguments: Sequence[str]) -> int:
    """Run the mutants of one kind and print those that survived."""
    kind, *rest = arguments
    survivors = list(_renamed(rest) if kind == "rename" else _dropped(rest[0], rest[1:]))
    print("\n".join(survivors) or "every mutant was noticed")
    return min(len(survivors), 99)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
