"""Looking into what is fed: the rules of the documents library, as findings, and what the DMP itself refuses.

Source: docs/sources/dmp.md#note-de-vaccination (EX_2.1-2035: the server checks vaccination notes; medium),
docs/sources/documents.md. The look is taken once the answer has left, outside the loop; notes are looked at before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from dmp_mock import options
from dmp_mock.codes.documents import JUDGED_BY_SERVER, NOTE_VERSIONS, VACCINATION_NOTE
from dmp_mock.codes.xds_errors import XdsCode
from dmp_mock.domain.errors import XdsError
from dmp_mock.domain.lots import MatchedLot
from dmp_mock.facts import DocumentProblem
from health_documents import oids
from health_documents.findings import Severity
from health_documents.validation.report import Problem, Report
from health_documents.validation.validator import Validator
from health_documents.xml import MalformedXml, parse
from lgo_sandbox.watch.facts import Lazy

if TYPE_CHECKING:
    from dmp_mock.caller import Admitted

__all__ = ["looked_at", "problems_of", "vaccination_errors"]

MAX_LOOKED, MAX_OCTETS, MAX_TOLD = 4, 6 * 1024 * 1024, 10
"""Documents that are validated, the size of each, and problems that are told of each."""


@cache
def _validator() -> Validator:
    return Validator(None, schematrons=False)


def looked_at(matched: MatchedLot) -> list[tuple[str, bytes]]:
    """Return the documents of a lot that are looked at, by unique id: the first CDAs that are not too heavy."""
    wanted = [
        (entry.unique_id, matched.contents[entry.id])
        for entry in matched.lot.entries
        if entry.mime_type == "text/xml" and not entry.is_signature
    ][:MAX_LOOKED]
    return [(unique_id, content) for unique_id, content in wanted if len(content) <= MAX_OCTETS]


def problems_of(kept: Sequence[tuple[str, bytes]]) -> Lazy[tuple[DocumentProblem, ...]]:
    """Return the look at some documents: what the rules of the library find wrong."""
    return Lazy(lambda: tuple(told for one in kept for told in _problems(*one))) if kept else Lazy.known(())


def _problems(unique_id: str, content: bytes) -> Iterator[DocumentProblem]:
    errors = [one for one in _report(content).problems if one.rule.severity is Severity.ERROR and not one.part]
    for problem in errors[:MAX_TOLD]:
        yield DocumentProblem(
            unique_id=unique_id,
            rule=problem.rule.id,
            title=problem.rule.title,
            where=_where(problem),
            received=problem.fault.received[:200],
            expected=problem.fault.expected[:200],
            remedy=problem.rule.remedy,
        )


def _report(content: bytes) -> Report:
    return _validator().validate(content)


def _where(problem: Problem) -> str:
    return " ".join(filter(None, (f"ligne {problem.fault.line}" if problem.fault.line else "", problem.fault.path)))


def vaccination_errors(request: Admitted, matched: MatchedLot) -> Iterator[XdsError]:
    """Yield what the DMP refuses in the vaccination notes of a lot: an old version of the model, a broken rule."""
    if not options.is_on(request.call.session, "vaccination_notes"):
        return
    for entry in matched.lot.entries:
        content = matched.contents[entry.id]
        if entry.code("type") == VACCINATION_NOTE and entry.mime_type == "text/xml" and _is_note(content):
            yield from _version_error(entry.id, content)
            judged = [one for one in _report(content).problems if one.rule.id.startswith(JUDGED_BY_SERVER)]
            for problem in judged[:MAX_TOLD]:
                if problem.rule.severity is Severity.ERROR and not problem.part:
                    yield _refused(entry.id, problem)


def _is_note(content: bytes) -> bool:
    """Tell whether a document is the structured note: a level 1 copy of it is not looked at."""
    return oids.T_VAC_NOTE.encode() in content


def _version_error(symbol: str, content: bytes) -> Iterator[XdsError]:
    try:
        root = parse(content, long_texts=True)
    except MalformedXml:
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
