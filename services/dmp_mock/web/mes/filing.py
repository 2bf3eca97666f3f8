"""Filing a file of a mail into the DMP, as a document of the patient's own; the same one once.

Source: docs/sources/dmp.md#visibilite (a patient's own documents: high); how the real site files a mail is not public:
ours, labelled, low. Content tells one file from another: the archive and the PDF beside it are often the same page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from dmp_mock import citizens, registry_store
from dmp_mock.authorisations import moment
from dmp_mock.citizens import FiledRow
from dmp_mock.codes.xds import Status
from dmp_mock.domain.values import Entry
from dmp_mock.web import acts
from dmp_mock.web.documents import URN
from dmp_mock.web.mes.space import Space
from dmp_mock.web.pages import day
from dmp_mock.web.refusals import Told

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Table

    from lgo_sandbox.gate.citizen_mail import Mail

__all__ = ["file_document", "filed_at", "filed_from", "source_of"]

_TABLE: Table = FiledRow.__table__  # type: ignore[attr-defined]
OTHER = "EXPPAT_2"
"""The type of a patient's document that is no directive and no will."""


def source_of(mark: str, part: str, number: str = "") -> str:
    """Return the name of a file of a mail, or of a document in it, among what was filed."""
    return f"{mark}/{part}/{number}" if number else f"{mark}/{part}"


def filed_from(space: Space, mails: Iterable[Mail]) -> dict[str, str]:
    """Return the documents that the files of some mails became, by mail and part, as their pages name them."""
    named = {source_of(mail.mark, file.part): f"{mail.id}/{file.part}" for mail in mails for file in mail.files}
    return {named[source]: number for source, number in filed_at(space, list(named)).items()}


def filed_at(space: Space, sources: list[str]) -> dict[str, str]:
    """Return the documents in force that were filed from some places, by place."""
    with space.call.session.db.transaction() as db:
        rows = citizens.filed_with(db, space.patient.matricule, sources)
    return {source: row.lid.removeprefix(URN) for source, row in rows.items() if _in_force(space, row)}


def _in_force(space: Space, row: FiledRow) -> bool:
    entry = registry_store.current_entry(space.call.session.db, space.patient.matricule, row.lid)
    return entry is not None and entry.status in (Status.APPROVED, Status.ARCHIVED)


class _Once(acts.Beside):
    """Refuses a content that is in the DMP already, and remembers one that comes into it."""

    def __init__(self, space: Space, content: bytes, source: str) -> None:
        self._space, self._source = space, source
        self._digest = hashlib.sha256(content).hexdigest()

    def check(self, connection: Connection) -> None:
        """Raise Told when it is there."""
        known = connection.execute(_TABLE.select().where(*self._mine())).mappings().first()
        if known is not None and _in_force(self._space, FiledRow(**known)):
            raise Told(
                "filed",
                "Ce document est déjà rangé dans votre espace",
                received=f"le même document, déjà rangé le {day(known['at'])}",
                expected="un document qui n'y est pas encore",
                where="document joint",
                remedy="Vous n'avez rien à faire : retrouvez-le dans vos documents.",
                status=409,
                link=f"/documents/{known['lid'].removeprefix(URN)}",
                label="Voir le document",
            )

    def keep(self, connection: Connection, added: Entry) -> None:
        """Write down as which document it is there."""
        matricule = self._space.patient.matricule
        connection.execute(_TABLE.delete().where(*self._mine()))
        row = {
            "matricule": matricule,
            "digest": self._digest,
            "source": self._source,
            "lid": added.lid,
            "at": moment(self._space.call.session.clock.age()),
        }
        connection.execute(_TABLE.insert().values(row))

    def _mine(self) -> tuple[ColumnElement[bool], ...]:
        matricule = self._space.patient.matricule
        return _TABLE.c.matricule == matricule, _TABLE.c.digest == self._digest


def file_document(space: Space, title: str, pdf: bytes, content: bytes, source: str) -> str:
    """File a PDF, made of a content or that content itself; return the number that the document's page has.

    Raises Told when it is there already.
    """
    session = space.call.session
    added = acts.add_document(session, space.patient, space.actor(), title, OTHER, pdf, _Once(space, content, source))
    space.trace("a rangé un document reçu par messagerie", added.unique_id)
    return added.lid.removeprefix(URN)
