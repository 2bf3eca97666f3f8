"""``/report.{json,xml,html,txt}``: the verdict per Ségur requirement on what a session has observed.

The verdicts are those of ``lgo_sandbox.conformance``; this module brings it the observations of the journal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Query, Response

from lgo_sandbox.conformance import (
    Declaration,
    Link,
    Observation,
    Report,
    SourceText,
    Verdict,
    judge,
    render_html,
    render_json,
    render_junit,
    render_text,
)
from lgo_sandbox.console.excerpts import excerpts_of
from lgo_sandbox.contract import Service
from lgo_sandbox.control.access import CurrentSandbox, CurrentSession
from lgo_sandbox.control.errors import INVALID, ControlError
from lgo_sandbox.requirements import UnknownFamily, catalogue
from lgo_sandbox.sandbox import Sandbox, installed_services
from lgo_sandbox.tenant.session import Session

__all__ = ["report_of", "router"]

router = APIRouter(tags=["rapport"])

PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


class Extension(StrEnum):
    """The formats of the report."""

    JSON = "json"
    XML = "xml"
    HTML = "html"
    TXT = "txt"


@dataclass(frozen=True, slots=True)
class _Format:
    render: Callable[[Report], str | bytes]
    media_type: str


def _page(report: Report) -> str:
    """Return the report as HTML with the sources of its requirements."""
    excerpts = excerpts_of(judgement.requirement.source for judgement in report.judgements)
    return render_html(report, {link: SourceText(e.id, e.title, e.page, e.body) for link, e in excerpts.items()})


_FORMATS = {
    Extension.JSON: _Format(render_json, "application/json"),
    Extension.XML: _Format(render_junit, "application/xml"),
    Extension.HTML: _Format(_page, "text/html; charset=utf-8"),
    Extension.TXT: _Format(render_text, "text/plain; charset=utf-8"),
}


@router.get("/report.{extension}", response_class=Response)
async def report(
    sandbox: CurrentSandbox,
    session: CurrentSession,
    extension: Extension,
    family: Annotated[list[str], Query()] = [],  # noqa: B006 - FastAPI copies defaults
    verdict: Annotated[list[Verdict], Query()] = [],  # noqa: B006
    lgo_only: bool = False,
) -> Response:
    """Donner le verdict par exigence Ségur ; JSON, JUnit (xml), HTML ou texte."""
    try:
        chosen = report_of(sandbox, session).select(families=family, lgo_only=lgo_only, verdicts=verdict)
    except UnknownFamily:
        families = ", ".join(catalogue().families())
        raise ControlError(INVALID, f"famille inconnue (familles : {families})") from None
    form = _FORMATS[extension]
    return Response(form.render(chosen), media_type=form.media_type, headers={"content-security-policy": PAGE_POLICY})


def report_of(sandbox: Sandbox, session: Session) -> Report:
    """Return the report on what a session has observed until now."""
    seen = (
        Observation(o.check_id, o.requirements, o.passed, o.failed, o.exchanges) for o in session.journal.observations()
    )
    declared = (Declaration(number, reason) for number, reason in session.config.declarations.items())
    return judge(
        catalogue(),
        seen,
        declared,
        generated_at=session.clock.wire(),
        spec_versions=_spec_versions(sandbox, session),
        links=_links(sandbox),
        markers=(marker.name for marker in session.history.markers()),
    )


def _links(sandbox: Sandbox) -> list[Link]:
    """Return the checks of all services, of those too that are not started here: the sandbox has them."""
    services = {service.name: service for service in (*_installed(), *sandbox.services.values())}
    return [Link.of(check) for service in services.values() for check in service.checks]


@cache
def _installed() -> tuple[Service, ...]:
    return tuple(installed_services())


def _spec_versions(sandbox: Sandbox, session: Session) -> dict[str, str]:
    chosen = session.config.spec_versions
    versions = {s.title: chosen.get(s.name, s.spec_version) for s in sandbox.services.values()}
    return {title: version for title, version in versions.items() if version}
