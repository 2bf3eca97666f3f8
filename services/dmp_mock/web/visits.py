"""Who is logged in on a site: a cookie that scripts and other sites cannot use, and a token in every form.

Source: RFC 6265bis §4.1 (HttpOnly, SameSite; high). The store keeps the digest of the cookie only. A log-in lasts until
its browser or its person ends it: a trainer who moves the clock by three months goes on. Knows no page.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from dmp_mock import citizens
from dmp_mock.authorisations import moment
from dmp_mock.citizens import VisitRow
from dmp_mock.web.refusals import Told
from dmp_mock.web.site import Site
from lgo_sandbox.wire.browsing import File, cookie, read_fields, redirect, set_cookie, with_parameters
from lgo_sandbox.wire.oauth import BadForm, same_secret

if TYPE_CHECKING:
    from lgo_sandbox.gate.asgi import Call
    from lgo_sandbox.wire.http import RawResponse

__all__ = ["begin", "current", "end", "form", "keep", "login_form", "login_token", "see_other"]

MAX_FORM = 12 * 1024 * 1024
"""A form with a file."""


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest() if token else ""


def _path(call: Call) -> str:
    return call.prefix or "/"


def current(call: Call, site: Site) -> VisitRow | None:
    """Return who is logged in, None for nobody."""
    token = cookie(call.headers, site.cookie)
    if not token:
        return None
    with call.session.db.transaction() as db:
        row = citizens.visit_of(db, _digest(token), site.name)
        return VisitRow(**row.model_dump()) if row else None


def begin(call: Call, site: Site, who: str, about: str = "") -> str:
    """Log somebody in; return the cookie to set."""
    token, ids = call.session.ids.token(), call.session.ids
    began = moment(call.session.clock.age())
    row = VisitRow(token=_digest(token), site=site.name, who=who, csrf=ids.token(), began=began, about=about)
    with call.session.db.transaction() as db:
        citizens.begin_visit(db, row)
    return set_cookie(site.cookie, token, _path(call), secure=call.tls)


def keep(call: Call, row: VisitRow) -> None:
    """Keep what changed of a log-in."""
    with call.session.db.transaction() as db:
        if citizens.visit_of(db, row.token, row.site) is not None:
            db.merge(row)


def end(call: Call, site: Site) -> str:
    """Log out; return the cookie to set."""
    with call.session.db.transaction() as db:
        citizens.end_visit(db, _digest(cookie(call.headers, site.cookie)))
    return set_cookie(site.cookie, "", _path(call), secure=call.tls)


def form(call: Call, csrf: str) -> tuple[dict[str, str], dict[str, File]]:
    """Return the fields and files of a form of this log-in. Raises Told for one that is not from our page."""
    texts, files = _read(call)
    if not same_secret(csrf, texts.get("csrf", "")):
        raise _forged("champ csrf absent ou différent de celui de la page")
    return texts, files


def login_token(call: Call, site: Site) -> tuple[str, str]:
    """Return the token of a log-in form, and the cookie that goes with it."""
    token = cookie(call.headers, f"{site.cookie}_LOGIN") or call.session.ids.token()
    return token, set_cookie(f"{site.cookie}_LOGIN", token, _path(call), secure=call.tls)


def login_form(call: Call, site: Site) -> dict[str, str]:
    """Return the fields of a log-in form. Raises Told for one that is not from our page."""
    texts, _files = _read(call)
    held = cookie(call.headers, f"{site.cookie}_LOGIN")
    if not held or not same_secret(held, texts.get("csrf", "")):
        raise _forged("champ csrf absent ou différent du cookie" if held else "aucun cookie de la page")
    return texts


def _read(call: Call) -> tuple[dict[str, str], dict[str, File]]:
    try:
        return read_fields(call.headers.get("content-type", ""), call.body, max_bytes=MAX_FORM)
    except BadForm as error:
        raise Told(
            "form",
            "Ce formulaire n'a pas pu être lu",
            received=error.reason,
            expected=f"un formulaire de la page, de {MAX_FORM // 1024 // 1024} Mo au plus",
            where="corps de la requête",
            remedy="Recharger la page, choisir un fichier plus petit, et renvoyer le formulaire.",
            status=400,
        ) from error


def _forged(received: str) -> Told:
    return Told(
        "form-forged",
        "Ce formulaire ne vient pas de cette page",
        received=received,
        expected="le champ csrf que la page a donné",
        where="formulaire",
        remedy="Recharger la page, puis refaire le geste.",
    )


def see_other(call: Call, path: str, cookies: tuple[str, ...] = (), **members: str | None) -> RawResponse:
    """Return the way to another page of the site, after a form."""
    return redirect(with_parameters(call.prefix + path, members), cookies, status=303)
