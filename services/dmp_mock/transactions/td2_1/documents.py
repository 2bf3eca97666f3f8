"""Looking into what is fed: the rules of the documents library, as findings, and what the DMP itself refuses.

Source: docs/sources/dmp.md#note-de-vaccination (EX_2.1-2035: the server checks vaccination notes; medium),
docs/sources/documents.md. The look is taken once the answer has left, outside the loop; notes are looked at before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from dmp_mock import options
from dmp_mock.codes.documents import JUDGED_BY_SERVER, NOTE_VERSIONS, VACCINATION_NOTE
from dmp_mock.codes.xds_errors import XdsCode
from dmp_mock.domain.errors import XdsError
from dmp_mock.domain.lots import MatchedLot
from dmp_mock.facts import DocumentProblem
from dmp_mock.wire.opened import Opened
from health_documents import oids
from health_documents.findings import Severity
from health_documents.validation.report import Problem, Report
from health_documents.validation.validator import Validator
from lgo_sandbox.watch.facts import Lazy

if TYPE_CHECKING:
    from dmp_mock.caller import Admitted

__all__ = ["looked_at", "problems_of", "vaccination_errors"]

MAX_LOOKED, MAX_OCTETS, MAX_TOLD = 4, 6 * 1024 * 1024, 10
"""Documents that are validated, the size of each, and problems that are told of each."""


@cache
def _validator() -> Validator:
    return Validator(None, schematrons=False, compares_pdfs=False)


def looked_at(matched: MatchedLot, opened: Mapping[str, Opened]) -> list[tuple[str, Opened]]:
    """Return the CDAs of a lot that are looked at, by unique id: the first that are not too heavy."""
    wanted = [(entry.unique_id, opened[entry.id]) for entry in matched.lot.entries if entry.id in opened][:MAX_LOOKED]
    return [(unique_id, one) for unique_id, one in wanted if len(one.content) <= MAX_OCTETS]


def problems_of(kept: Sequence[tuple[str, Opened]]) -> Lazy[tuple[DocumentProblem, ...]]:
    """Return the look at some CDAs and at their PDFs: what the rules of the library find wrong."""
    return Lazy(lambda: tuple(told for one in kept for told in _problems(*one))) if kept else Lazy.known(())


def _problems(unique_id: str, document: Opened) -> Iterator[DocumentProblem]:
    errors = [one for one in _report(document).problems if one.rule.severity is Severity.ERROR]
    own, of_its_pdf = ([one for one in errors if bool(one.part) is inside] for inside in (False, True))
    for problem in (*own[:MAX_TOLD], *of_its_pdf[:MAX_TOLD]):
        yield DocumentProblem(
            unique_id=unique_id,
            rule=problem.rule.id,
            title=problem.rule.title,
            where=_where(problem),
            received=problem.fault.received[:200],
            expected=problem.fault.expected[:200],
            remedy=problem.rule.remedy,
        )


def _report(document: Opened) -> Report:
    if document.source is None:
        return _validator().validate(document.content)
    return _validator().validate_cda(document.source, document.content)


def _where(problem: Problem) -> str:
    line = f"ligne {problem.fault.line}" if problem.fault.line else ""
    return " ".join(filter(None, (problem.part, line, problem.fault.path)))


def vaccination_errors(request: Admitted, matched: MatchedLot, opened: Mapping[str, Opened]) -> Iterator[XdsError]:
    """Yield what the DMP refuses in the vaccination notes of a lot: an old version of the model, a broken rule."""
    if not options.is_on(request.call.session, "vaccination_notes"):
        return
    for entry in matched.lot.entries:
        document = opened.get(entry.id)
        if entry.code("type") == VACCINATION_NOTE and document is not None and _is_note(document.content):
            yield from _version_error(entry.id, document)
            judged = [one for one in _report(document).problems if one.rule.id.startswith(JUDGED_BY_SERVER)]
            for problem in judged[:MAX_TOLD]:
                if problem.rule.severity is Severity.ERROR and not problem.part:
                    yield _refused(entry.id, problem)


def _is_note(content: bytes) -> bool:
    """Tell whether a document is the structured note: a level 1 copy of it is not looked at."""
    return oids.T_VAC_NOTE.encode() in content


def _version_error(symbol: str, document: Opened) -> Iterator[XdsError]:
    root = document.root
    if root is None:
        return
    templates = root.iterfind(f"{{{oids.NS_HL7}}}templateId[@root='{oids.T_VAC_NOTE}']")
    version = next((one.get("extension") or "" for one in templates), "")
    if version not in NOTE_VERSIONS:
        yield XdsError(
            XdsCode.REPOSITORY_METADATA,
            f"note de vaccination du modèle {version or 'sans version'} (EX_2.1-2035)",
            f"{symbol[:80]}/templateId",
            received=f"templateId {oids.T_VAC_NOTE}, extension {version or 'absente'}",
            expected=f"extension {' ou '.join(sorted(NOTE_VERSIONS))}",
            remedy="Produisez la note au modèle en vigueur.",
        )


def _refused(symbol: str, problem: Problem) -> XdsError:
    return XdsError(
        XdsCode.REPOSITORY_METADATA,
        f"note de vaccination refusée (EX_2.1-2035) : {problem.rule.title}, règle {problem.rule.id}",
        f"{symbol[:40]} {_where(problem)}"[:200],
        received=problem.fault.received[:200] or problem.rule.title,
        expected=problem.fault.expected[:200] or "la règle du modèle",
        remedy=problem.rule.remedy,
    )
