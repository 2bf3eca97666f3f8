"""What both sites show: pages under a policy without any script, French dates, style sheets.

Source: none, the presentation is ours; the policy: docs/sources/dmp.md#mon-espace-sante (no active content, high).
Every value is escaped by the template engine; a rendered document is markup of the documents library, which escapes.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from dmp_mock.domain.hl7 import dtm_floor, is_dtm
from dmp_mock.web.site import Site
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.pages import Pages
from lgo_sandbox.population.people import Patient
from lgo_sandbox.watch.wording import counted
from lgo_sandbox.wire.http import RawResponse

__all__ = ["POLICY", "born", "day", "face", "local", "moment_of", "page", "style_sheet", "weight"]

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
STYLE_SHEETS = ("commun.css", "mes.css", "webps.css")
_TITLE = re.compile(r"^(?:(?:M\.|Mme|Dr|Pr|Docteur)\s+)+")
_PARIS = ZoneInfo("Europe/Paris")
_MONTHS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()  # noqa: SIM905
)
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def moment_of(dtm: str) -> datetime | None:
    """Return the moment of a DTM in UTC, in local time; None for none."""
    if not is_dtm(dtm):
        return None
    try:
        return datetime.strptime(dtm_floor(dtm), "%Y%m%d%H%M%S").replace(tzinfo=UTC).astimezone(_PARIS)
    except ValueError:
        return None


def local(at: datetime) -> datetime:
    """Return a moment in local time."""
    return at.astimezone(_PARIS)


def day(value: str | date) -> str:
    """Return a date in French: of a DTM, an ISO date, or a date; a text that is none stays as it is."""
    if isinstance(value, date):
        return f"{'1er' if value.day == 1 else value.day} {_MONTHS[value.month - 1]} {value.year}"
    if (at := moment_of(value)) is not None:
        return day(at.date() if len(value) > 8 else date(int(value[:4]), int(value[4:6] or 1), int(value[6:8] or 1)))
    try:
        return day(date.fromisoformat(value[:10]))
    except ValueError:
        return value


def born(person: Patient) -> str:
    """Return when somebody was born, in French; of a date that is not in the calendar (INS has such) the year."""
    word, when = "née" if person.sex == "F" else "né", person.birth_date
    try:
        return f"{word} le {day(date.fromisoformat(when))}"
    except ValueError:
        return f"{word} en {when[:4]} (état civil : {when})"


def face(label: str) -> str:
    """Return the name of whoever writes under a label: without title and structure."""
    return _TITLE.sub("", label.partition(" - ")[0]) or label


def weight(octets: int) -> str:
    """Return the weight of a file in French, near enough."""
    if octets < 1000:
        return f"{octets} octets"
    return f"{octets // 1000} Ko" if octets < 1_000_000 else f"{octets / 1_000_000:.1f} Mo".replace(".", ",")


def _weekday(value: date) -> str:
    return f"{_DAYS[value.weekday()]} {day(value)}"


def _hour(dtm: str) -> str:
    at = moment_of(dtm)
    return f"{at:%H h %M}" if at and len(dtm) > 8 else ""


def _month(value: date) -> str:
    return _MONTHS[value.month - 1][:4].rstrip("ei") + ("." if len(_MONTHS[value.month - 1]) > 4 else "")


@cache
def _pages() -> Pages:
    dates = {"jour": day, "heure": _hour, "semaine": _weekday, "mois": _month, "naissance": born}
    return Pages("dmp_mock.web", POLICY, {**dates, "compte": counted, "poids": weight, "visage": face})


def page(
    call: Call, site: Site, template: str, *, status: int = 200, cookies: tuple[str, ...] = (), **values: Any
) -> RawResponse:
    """Return a page of a site."""
    return _pages().page(
        f"{site.name}/{template}",
        status=status,
        cookies=cookies,
        root=call.prefix,
        static=call.prefix + site.static,
        site=site,
        **values,
    )


async def style_sheet(call: Call) -> RawResponse:
    """Answer a style sheet: no exchange to keep."""
    from starlette.exceptions import HTTPException

    name = call.path_params["name"]
    if name not in STYLE_SHEETS:
        raise HTTPException(404, "aucune feuille de style de ce nom")
    call.entered, call.quiet = True, True
    kept = (("Cache-Control", "max-age=600"), ("X-Content-Type-Options", "nosniff"))
    return RawResponse(200, _style(name), "text/css; charset=utf-8", kept)


@cache
def _style(name: str) -> bytes:
    return files("dmp_mock.web").joinpath("static", name).read_bytes()
