"""A document that replaces another, or is deleted, in what its mails say.

Source: docs/sources/mssante.md (Courriel qui porte des documents). Pure functions of facts and of the past.
"""

from __future__ import annotations

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from mss_mock.checks.wording import MESSAGE
from mss_mock.facts import Mail

__all__ = ["VERSION_CHECKS"]


def _replaces(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    versions = [one for one in content.documents if one.replaces or one.replacing] if content is not None else []
    if content is None or not versions:
        return None
    for one in versions:
        if one.replaces != one.replacing:
            said = ("une nouvelle version", "un document nouveau")
            cda, metadata = said if one.replaces else said[::-1]
            received = f"CDA {one.place} : {cda} ; METADATA.XML : {metadata}"
            return Violation(received, "relatedDocument RPLC dans le CDA, et une association RPLC dans METADATA.XML")
    readable = [page for page in content.pages if page.readable]
    if readable and not any(page.replaces for page in readable):
        return Violation(
            f"{readable[0].place} : la mention manque", "« Annule et remplace » imprimé dans le PDF", where="PDF"
        )
    return bool(readable) or None


REPLACES = Check(
    id="MSS-REPLACES",
    title="Une nouvelle version annule et remplace, partout",
    reads=Mail,
    test=_replaces,
    source="docs/sources/mssante.md#annule-et-remplace",
    remedy="Dites-le trois fois : RPLC dans METADATA.XML, relatedDocument dans le CDA, mention dans le PDF.",
    requirements=("LGO.MSS.15",),
    operations=MESSAGE,
    severity=Severity.WARNING,
    confidence="M",
)


def _withdrawn(seen: Observed[Mail]) -> Outcome:
    content = seen.facts.read
    if content is None or content.has_archive or not any(body.withdraws for body in content.bodies):
        return None
    named = f"{content.head.in_reply_to} {content.head.references}".split()
    past = (mail for identity in dict.fromkeys(named) for _, mail in seen.history.all(Mail, about=identity))
    return any(mail.read is not None and mail.read.has_archive for mail in past) or None


WITHDRAWN = Check(
    id="MSS-WITHDRAWN",
    title="Les destinataires d'un document supprimé sont prévenus",
    reads=Mail,
    test=_withdrawn,
    source="docs/sources/mssante.md#document-supprime",
    remedy="Écrivez à ceux qui ont reçu le document, en réponse à son envoi, qu'il est supprimé.",
    requirements=("LGO.MSS.16",),
    operations=MESSAGE,
    confidence="B",
)

VERSION_CHECKS = (REPLACES, WITHDRAWN)
