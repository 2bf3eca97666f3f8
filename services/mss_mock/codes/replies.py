"""How the operator says no: one row per cause, with what the wire says and what people are told.

Source: RFC 5321 §4.2, RFC 3463, RFC 4954 §6 (SMTP); RFC 3501 §7.1, RFC 5530 (IMAP); HAPI FHIR (Annuaire);
docs/sources/mssante.md (Réponses SMTP, Réponses IMAP). Data only: knows nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mss_mock.codes.http_replies import HTTP_REPLIES
from mss_mock.codes.imap_replies import IMAP_REPLIES
from mss_mock.codes.login_replies import LOGIN_REPLIES
from mss_mock.codes.smtp_replies import SMTP_REPLIES

__all__ = ["REPLIES", "Reply"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A cause of refusal. ``smtp``, ``imap`` and ``http`` are the wires that can say it: code first, then the text.

    ``title`` is one French sentence; ``remedy`` an imperative one, for want of a nearer one.
    """

    key: str
    title: str
    remedy: str
    smtp: str = ""
    imap: str = ""
    http: str = ""


def _replies() -> Mapping[str, Reply]:
    rows = [
        *(Reply(key=key, smtp=wire, title=title, remedy=remedy) for key, wire, title, remedy in SMTP_REPLIES),
        *(Reply(key=key, imap=wire, title=title, remedy=remedy) for key, wire, title, remedy in IMAP_REPLIES),
        *(Reply(key=key, http=wire, title=title, remedy=remedy) for key, wire, title, remedy in HTTP_REPLIES),
        *(Reply(key=k, smtp=smtp, imap=imap, title=t, remedy=r) for k, smtp, imap, t, r in LOGIN_REPLIES),
    ]
    known = {row.key: row for row in rows}
    assert len(known) == len(rows), "two replies of one key"
    return known


REPLIES = _replies()
"""Every refusal of the service by its key."""
