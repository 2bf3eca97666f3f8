"""Writes a transaction to be completed, and its test: ``python -m dmp_mock.scaffold td9_9 "Titre français"``.

Two files and no other are touched: ``dmp_mock/transactions/td9_9.py`` and ``tests/wire/dmp/test_td9_9.py``. What is
written works as it stands: it is served, described, shown and checked, and says that it is simulated. Run in a clone.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from string import Template

from dmp_mock import transactions

__all__ = ["main", "write"]

TESTS = Path("tests/wire/dmp")
_NAME = re.compile(r"td([0-9]+)_([0-9]+)([a-z]?)")

_TRANSACTION = Template('''"""$td: say here what it does, and what is peculiar about it.

Source: docs/sources/dmp.md#transactions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from dmp_mock.domain.errors import XdsError, as_fault
from dmp_mock.transaction import Actions, Body, Described, PageRow, Shown, Transaction
from dmp_mock.wire.messages import Answer
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Violation
from lgo_sandbox.watch.facts import Facts, Noted

if TYPE_CHECKING:
    from dmp_mock.caller import Admitted

__all__ = ["TRANSACTION"]

NAME = "$name"
_NS = "urn:a-completer:$name"
_ASKED, _ANSWERED = f"{{{_NS}}}$local", f"{{{_NS}}}${local}Response"
_SCHEMA = """<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:a-completer:$name">
  <xsd:element name="$local" type="xsd:string"/>
  <xsd:element name="${local}Response" type="xsd:string"/>
</xsd:schema>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ${local}Asked(Facts):
    """What was asked."""

    text: str


def serve(request: Admitted) -> Answer:
    """Answer; an error of the registry is an XdsFailure, another refusal a Refused."""
    asked = ${local}Asked(text=(request.message.body.text or "").strip())
    request.call.note(asked)
    request.call.summarise("$td : à compléter")
    return Answer(etree.Element(_ANSWERED), simulated=True)


def fail(_request: Admitted, errors: Sequence[XdsError]) -> Answer:
    """Say that the transaction failed: here, as a fault. Raises Refused."""
    raise as_fault(errors)


def decode(noted: Noted) -> Shown:
    """Show what was asked."""
    asked = noted.get(${local}Asked)
    return Shown(asked=(("Contenu", asked.text),) if asked else (), answered=())


def filled(seen: Observed[${local}Asked]) -> Outcome:
    """The body says something."""
    return bool(seen.facts.text) or Violation("un corps vide", "un corps rempli", where="$local")


TRANSACTION = Transaction(
    name=NAME,
    title="$title",
    path="patients",
    body=Body(qname=_ASKED, is_meant=lambda _body: True),
    actions=Actions(request=_NS, response=f"{_NS}:Response", also=frozenset()),
    right="$right",
    one_patient=True,
    serve=serve,
    fail=fail,
    describe=Described(port="Patients", operation="$local", asked=_ASKED, answered=_ANSWERED, schemas=(_SCHEMA,)),
    decode=decode,
    page=PageRow(wire="à compléter", serves="à compléter"),
    checks=(
        Check(
            id="DMP-$upper-BODY",
            title="$td : corps vide",
            reads=${local}Asked,
            test=filled,
            source="docs/sources/dmp.md#transactions",
            remedy="Remplissez l'élément $local.",
            operations=frozenset({NAME}),
        ),
    ),
)
''')

_TEST = Template('''"""$td over real sockets."""

from __future__ import annotations

from collections.abc import Callable

from support.dmp_door import Dmp
from support.dmp_messages import Reply


def _ask(dmp: Dmp, text: str) -> Reply:
    body = f'<$local xmlns="urn:a-completer:$name">{text}</$local>'
    return dmp.call("patients", "urn:a-completer:$name", body, dmp.indirect())


BREAKS: dict[str, Callable[[Dmp], object]] = {"DMP-$upper-BODY": lambda dmp: _ask(dmp, "")}


def test_the_transaction_is_answered_without_a_finding(dmp: Dmp) -> None:
    reply = _ask(dmp, "quelque chose")
    assert (reply.status, reply.http.headers["x-simulation"]) == (200, "DMP-CODE-NON-PUBLIC")
    assert dmp.exchanges()[0].operation == "$name"
    assert dmp.findings() == []


def test_an_empty_body_is_a_finding(dmp: Dmp) -> None:
    assert _ask(dmp, "").status == 200
    assert dmp.findings() == ["DMP-$upper-BODY"]


def test_the_description_has_its_operation(dmp: Dmp) -> None:
    assert 'name="$local"' in dmp.client().get(f"{dmp.url('patients')}?wsdl").text
''')


def write(module: str, title: str, *, tests: Path = TESTS) -> tuple[Path, Path]:
    """Write the two files and return their paths. Raises ValueError for a bad name, FileExistsError for a known one."""
    match = _NAME.fullmatch(module)
    if match is None:
        raise ValueError(f"{module}: td0_3, td3_1b… is wanted")
    dotted = f"{match[1]}.{match[2]}{match[3]}"
    values = {
        "name": f"td{dotted}",
        "td": f"TD{dotted}",
        "local": module.replace("_", "").capitalize(),
        "upper": module.replace("_", "").upper(),
        "title": title.replace("\\", "").replace('"', "'"),
        "right": "TD0.2",
    }
    written = Path(transactions.__path__[0], f"{module}.py"), tests / f"test_{module}.py"
    for path, template in zip(written, (_TRANSACTION, _TEST), strict=True):
        with path.open("x", encoding="utf-8") as file:
            file.write(template.substitute(values))
    return written


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the files that the command line names, and say which."""
    parser = argparse.ArgumentParser(prog="python -m dmp_mock.scaffold", description=__doc__)
    parser.add_argument("module", help="name of the module: td0_3, td3_3…")
    parser.add_argument("title", help="French title")
    parser.add_argument("--tests", type=Path, default=TESTS, help="folder of its test")
    given = parser.parse_args(arguments)
    for path in write(given.module, given.title, tests=given.tests):
        print(path)


if __name__ == "__main__":
    main()
