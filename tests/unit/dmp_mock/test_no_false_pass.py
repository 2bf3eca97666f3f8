"""No rule of the DMP is said to be kept by what does not show it: honest scenes, and for each what must not count.

An honest scene is kept; each of its spoilt copies is not: another patient, another user, refused, empty, too late, the
wrong order, an answer that never arrived. ``broken`` where the rule must say so, not merely stay silent.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.dmp_facts import (
    BPM,
    HOLDER,
    NOTE,
    OTHER,
    PATIENT,
    Before,
    Scene,
    asked,
    authorised,
    by,
    certificate,
    compared,
    content,
    contents,
    document,
    existence,
    fed,
    opened,
    patient,
    printed,
    problem,
    read,
    reading,
    soap,
    unlike,
    updated,
)

from dmp_mock.codes.xds import Status
from dmp_mock.facts import Addressed, FeedStruck
from lgo_sandbox.conformance import PROOFS
from lgo_sandbox.watch.api_tokens import ApiTokenShown, Trouble

TOKEN = ApiTokenShown(audience="dmp", trouble=Trouble.NONE, bound=True, person=HOLDER, client_id="lgo-api")
ID = BPM.unique_id
COLLEAGUE = "899700090022"
APPROVED, ARCHIVED = Status.APPROVED.value, Status.ARCHIVED.value
WHO = (by(), patient())
LOT = (by(certificate=certificate()), patient(), soap(), fed(), contents(), printed())
FED = Before("td2.1", LOT)
TESTED = Before("td0.2", (*WHO, existence()))
HISTORY = ("reprise d'historique", "", 60.0)
OLD = fed(document(unique_id="2.25.77"))
VALIDATED = ("document validé", ID, 1.0)
QUALIFIED = ("identité qualifiée", PATIENT, 20.0)

feed = Scene("td2.1", LOT)
search = Scene("td3.1", (*WHO, reading(), asked()), (TESTED,))
td0_3 = Scene("td0.3", (*WHO, authorised()), (Before("td0.2", (*WHO, existence(authorisation="INEXISTANTE"))),))
page = Scene("web-ps", (opened(),), told=(QUALIFIED,))
deletion = Scene("td3.3c", (*WHO, updated()))
late = replace(feed, told=(HISTORY,))
note = feed.but(fed(NOTE), told=(("document validé", NOTE.unique_id, 1.0),))
needed = replace(
    search, before=(Before("td0.2", (*WHO, existence(authorisation="INEXISTANTE"))), Before("td0.3", td0_3.facts, 5))
)
addressed = feed.but(
    contents(recipients=(Addressed(unique_id=ID, recipients=("8991",)),)),
    told=(("document validé", ID, 1.0, {"destinataires": "8991"}),),
)
several = asked(parameters=("$XDSDocumentEntryPatientId", "$XDSDocumentEntryTypeCode", "$XDSDocumentEntryStatus", "$X"))
delta = asked(name="FindSubmissionSets", parameters=("$XDSSubmissionSetSubmissionTimeFrom",))
TWICE = (("dossier ouvert", PATIENT, 90.0), ("dossier ouvert", PATIENT, 1.0))
two_users = Scene(
    "td3.1",
    (by(), patient()),
    (Before("td3.1", (by(COLLEAGUE), patient())),),
    (("utilisateur connecté", COLLEAGUE, 20.0), ("utilisateur connecté", HOLDER, 1.0)),
)
LIFTED = (("opposition à la consultation", PATIENT, 20.0), ("opposition levée", PATIENT, 10.0))
struck = Before("td2.1", (FeedStruck(unique_ids=(ID,)),), outcome="fault")
eleven = tuple(Before("td2.1", (patient(), fed(document(unique_id=f"2.25.1{n}"))), n + 1.0) for n in range(5))
elsewhere = Scene("td0.2", (by(), patient(OTHER), existence(matricule=OTHER)))
ASKED, fed_after = Before("td0.3", td0_3.facts, 16), Before("td2.1", LOT, 15.5)


def hidden(code: str) -> Scene:
    return feed.but(fed(document(confidentiality=("N", code))))


KEPT: dict[str, Scene] = {
    "DMP-METADATA": feed,
    "DMP-MTOM": feed,
    "DMP-VIHF": feed,
    "DMP-CERT": feed,
    "DMP-FEED-ORG": feed,
    "DMP-FEED-N1": feed,
    "DMP-CDA": feed,
    "DMP-TYPE-FORMAT": feed,
    "DMP-NOTE-N3": note,
    "DMP-PDF-DATA": feed,
    "DMP-PDF-NOTICE": feed,
    "DMP-PDF-INS": feed.but(printed(type="57833-6")),
    "DMP-HIDDEN": hidden("MASQUE_PS"),
    "DMP-HIDDEN-PATIENT": hidden("INVISIBLE_PATIENT"),
    "DMP-HIDDEN-LEGAL": hidden("INVISIBLE_REPRESENTANTS_LEGAUX"),
    "DMP-VIHF-SECRET": feed.but(compared(secret=True)),
    "DMP-VIHF-PS": search.but(by(mode="DIRECTE")),
    "DMP-TWO-USERS": two_users,
    "DMP-AIR-TLS": search.but(by(mode="INDIRECTE_RENFORCEE", certificate=certificate())),
    "DMP-RIGHTS": search.but(soap()),
    "DMP-ORDER": search,
    "DMP-QUERY": search,
    "DMP-QUERY-FORM": search,
    "DMP-QUERY-ACTIVE": search.but(asked(statuses=(APPROVED, ARCHIVED))),
    "DMP-CRITERIA": search.but(several, told=(("recherche multicritère", PATIENT, 1.0),)),
    "DMP-DELTA": search.but(delta, told=TWICE),
    "DMP-OPPOSITION": replace(search, told=LIFTED),
    "DMP-FEED-OPPOSITION": replace(feed, told=(("patient opposé", PATIENT, 20.0), ("opposition levée", PATIENT, 10.0))),
    "DMP-AUTHORISATION": td0_3,
    "DMP-AUTHORISATION-ORDER": td0_3,
    "DMP-AUTHORISATION-OPPOSITION": replace(td0_3, told=LIFTED),
    "DMP-AUTHORISATION-ACT": replace(td0_3, told=(("accord du patient", PATIENT, 1.0),)),
    "DMP-AUTHORISATION-NEEDED": needed,
    "DMP-AUTHORISATION-FEED": feed,
    "DMP-RECORD": Scene("td0.2", (*WHO, existence()), told=(("dossier ouvert", PATIENT, 0.1),)),
    "DMP-PARTIAL": Scene("td3.2", (*WHO, reading(), read(ID)), (TESTED,)),
    "DMP-IMPORTED": Scene(
        "td3.2",
        (*WHO, reading(), read("2.25.8")),
        (TESTED, Before("td3.2", (*WHO, reading(), read(ID)))),
        (("document importé", ID, 5.0),),
    ),
    "DMP-FEED-AUTO": replace(feed, told=(VALIDATED,)),
    "DMP-FEED-AUTO-VAC": note,
    "DMP-FEED-BLOCKED": replace(feed, told=(("envoi bloqué", "2.25.5", 1.0),)),
    "DMP-RECIPIENTS": addressed,
    "DMP-REPLACED": feed.but(contents(content(replaces="2.25.2", linked=True))),
    "DMP-QUEUE": replace(feed, before=(struck,)),
    "DMP-HISTORY-DATE": late,
    "DMP-HISTORY-RATE": replace(late, before=eleven),
    "DMP-HISTORY-ONCE": replace(late, before=(Before("td2.1", (patient(), OLD), 90),)),
    "DMP-HISTORY-AUTHOR": late.but(contents(content(departed=("8990",), by_structure=True))),
    "DMP-DELETED": replace(deletion, told=(("suppression demandée", ID, 1.0),)),
    "DMP-DELETE": deletion,
    "DMP-VISIBILITY": Scene("td3.3a", (*WHO, updated("masqué aux professionnels"))),
    "DMP-WEBPS": page,
}
"""The honest scene of each check."""

SPOILT: dict[tuple[str, str], Scene] = {
    ("DMP-METADATA", "a lot that only cites others"): feed.but(fed(documents=(), looked=())),
    ("DMP-MTOM", "a package with the document in its XML"): feed.but(fed(inlined=("Document01",))),
    ("DMP-MTOM", "a package that nobody read as a lot"): Scene("td2.1", (soap(),)),
    ("DMP-VIHF", "nobody vouched for it"): Scene("td2.1", (by(), soap())),
    ("DMP-CERT", "no certificate"): feed.but(by()),
    ("DMP-CERT", "a bad certificate"): feed.but(by(certificate=certificate(problem="expiré"))),
    ("DMP-CERT", "nobody let in"): Scene("td2.1", (by(certificate=certificate()), soap())),
    ("DMP-FEED-ORG", "by card"): feed.but(by(mode="DIRECTE", certificate=certificate(is_organisation=False))),
    ("DMP-FEED-ORG", "the certificate of the mail"): feed.but(by(certificate=certificate(name="MSSANTE-APP"))),
    ("DMP-FEED-ORG", "a certificate that is out of date"): feed.but(by(certificate=certificate(problem="expiré"))),
    ("DMP-FEED-ORG", "the plain port"): replace(feed, transport="http"),
    ("DMP-FEED-N1", "no PDF"): feed.but(fed(document(is_pdf=False))),
    ("DMP-FEED-N1", "another type"): feed.but(fed(document(type="11488-4"))),
    ("DMP-CDA", "nobody looked at it"): feed.but(fed(looked=())),
    ("DMP-CDA", "one of two was looked at"): feed.but(fed(BPM, document(unique_id="2.25.3"), looked=(ID,))),
    ("DMP-CDA", "no document"): feed.but(fed(documents=(), looked=())),
    ("DMP-CDA", "a problem"): feed.but(fed(problems=(problem(ID),))),
    ("DMP-TYPE-FORMAT", "the format of another"): feed.but(fed(document(format=NOTE.format))),
    ("DMP-TYPE-FORMAT", "no format"): feed.but(fed(document(format=""))),
    ("DMP-TYPE-FORMAT", "a flat note under the structured format"): feed.but(fed(replace(NOTE, level="N1"))),
    ("DMP-TYPE-FORMAT", "a type that nobody knows here"): feed.but(fed(document(type="11488-4"))),
    ("DMP-NOTE-N3", "another document"): feed,
    ("DMP-NOTE-N3", "level 1"): feed.but(fed(replace(NOTE, level="N1"))),
    ("DMP-NOTE-N3", "no level"): feed.but(fed(replace(NOTE, level=""))),
    ("DMP-NOTE-N3", "it breaks a rule"): feed.but(fed(NOTE, problems=(problem(NOTE.unique_id),))),
    ("DMP-NOTE-N3", "nobody looked at it"): feed.but(fed(NOTE, looked=())),
    ("DMP-PDF-DATA", "no text"): feed.but(printed(readable=False)),
    ("DMP-PDF-DATA", "another name"): feed.but(printed(unlike=(unlike(),))),
    ("DMP-PDF-NOTICE", "no text"): feed.but(printed(readable=False)),
    ("DMP-PDF-NOTICE", "no notice"): feed.but(printed(notice=False)),
    ("DMP-PDF-INS", "no INS"): feed.but(printed(type="57833-6", ins=False)),
    ("DMP-PDF-INS", "no prescription"): feed,
    ("DMP-HIDDEN", "restricted is not masked"): hidden("R"),
    ("DMP-HIDDEN", "hidden from the patient only"): hidden("INVISIBLE_PATIENT"),
    ("DMP-HIDDEN-PATIENT", "masked only"): hidden("MASQUE_PS"),
    ("DMP-HIDDEN-LEGAL", "hidden from the patient only"): hidden("INVISIBLE_PATIENT"),
    ("DMP-VIHF-SECRET", "an ordinary connection"): feed.but(compared(secret=False)),
    ("DMP-VIHF-PS", "indirect"): search.but(by(mode="INDIRECTE")),
    ("DMP-VIHF-PS", "no name"): search.but(by("", mode="DIRECTE")),
    ("DMP-TWO-USERS", "the first never called"): replace(two_users, before=()),
    ("DMP-TWO-USERS", "the first was refused"): replace(
        two_users, before=(Before("td3.1", (by(COLLEAGUE), patient()), outcome="refused"),)
    ),
    ("DMP-TWO-USERS", "nobody vouched for the first"): replace(two_users, before=(Before("td3.1", (by(COLLEAGUE),)),)),
    ("DMP-TWO-USERS", "nobody vouches for this one"): replace(two_users, facts=(by(),)),
    ("DMP-TWO-USERS", "one user"): replace(two_users, told=two_users.told[1:]),
    ("DMP-AIR-TLS", "by card"): search.but(
        by(mode="INDIRECTE_RENFORCEE", certificate=certificate(is_organisation=False))
    ),
    ("DMP-AIR-TLS", "no certificate"): search.but(by(mode="INDIRECTE_RENFORCEE")),
    ("DMP-AIR-TLS", "under a token of the API"): search.but(
        by(mode="INDIRECTE_RENFORCEE", certificate=certificate()), TOKEN
    ),
    ("DMP-AIR-TLS", "not in AIR"): search.but(by(certificate=certificate())),
    ("DMP-RIGHTS", "no consultation"): search.but(soap(), reading(consults=False)),
    ("DMP-ORDER", "no test"): replace(search, before=()),
    ("DMP-ORDER", "the test of another patient"): replace(
        search, before=(Before("td0.2", (by(), patient(OTHER), existence(matricule=OTHER))),)
    ),
    ("DMP-ORDER", "the test of another user"): replace(
        search, before=(Before("td0.2", (by(COLLEAGUE), patient(), existence(holder=COLLEAGUE))),)
    ),
    ("DMP-ORDER", "a test whose answer never came"): replace(search, before=(replace(TESTED, outcome="fault"),)),
    ("DMP-ORDER", "a technical id"): search.but(reading(consults=False)),
    ("DMP-QUERY-FORM", "refused"): search.but(asked(found=None)),
    ("DMP-QUERY-ACTIVE", "refused"): search.but(asked(statuses=(APPROVED,), found=None)),
    ("DMP-QUERY-ACTIVE", "the archived alone"): search.but(asked(statuses=(ARCHIVED,))),
    ("DMP-QUERY-ACTIVE", "the archived of another first"): replace(
        search.but(asked(statuses=(ARCHIVED,))),
        before=(Before("td3.1", (by(), patient(OTHER), asked(statuses=(APPROVED,)))),),
    ),
    ("DMP-QUERY-ACTIVE", "the archived after the active"): replace(
        search.but(asked(statuses=(ARCHIVED,))), before=(Before("td3.1", (*WHO, asked(statuses=(APPROVED,)))),)
    ),
    ("DMP-QUERY-ACTIVE", "lots"): search.but(asked(name="FindSubmissionSets", statuses=())),
    ("DMP-QUERY-FORM", "a technical id"): replace(search, operation="td3.1b"),
    ("DMP-QUERY", "nothing was answered"): search.but(asked(found=None)),
    ("DMP-CRITERIA", "no marker"): search.but(several),
    ("DMP-CRITERIA", "one criterion"): replace(search, told=(("recherche multicritère", PATIENT, 1.0),)),
    ("DMP-CRITERIA", "refused"): search.but(
        replace(several, found=None), told=(("recherche multicritère", PATIENT, 1.0),)
    ),
    ("DMP-CRITERIA", "about another patient"): search.but(several, told=(("recherche multicritère", OTHER, 1.0),)),
    ("DMP-DELTA", "refused"): search.but(replace(delta, found=None), told=TWICE),
    ("DMP-DELTA", "from the beginning of time"): search.but(replace(delta, parameters=()), told=TWICE),
    ("DMP-DELTA", "first visit"): search.but(delta, told=TWICE[:1]),
    ("DMP-OPPOSITION", "never opposed"): search,
    ("DMP-OPPOSITION", "still opposed"): replace(search, told=LIFTED[:1]),
    ("DMP-OPPOSITION", "opposed again"): replace(search, told=(*LIFTED, ("patient opposé", PATIENT, 1.0))),
    ("DMP-OPPOSITION", "another patient"): replace(search, told=tuple((n, OTHER, m) for n, _s, m in LIFTED)),
    ("DMP-OPPOSITION", "bris de glace"): search.but(by(purpose="bris_de_glace"), told=LIFTED),
    ("DMP-FEED-OPPOSITION", "a feed by CPE all the same"): replace(
        feed, operation="td2.2", told=(("patient opposé", PATIENT, 20.0),)
    ),
    ("DMP-AUTHORISATION", "given up"): td0_3.but(authorised(action="SUPPRESSION", before="VALIDE")),
    ("DMP-AUTHORISATION", "the role of médecin traitant"): td0_3.but(
        authorised(role="MEDECIN_TRAITANT", before="VALIDE")
    ),
    ("DMP-AUTHORISATION", "it was there"): td0_3.but(authorised(changed=False, before="VALIDE")),
    ("DMP-AUTHORISATION-ORDER", "no test"): replace(td0_3, before=()),
    ("DMP-AUTHORISATION-ORDER", "the test of another"): replace(
        td0_3, before=(Before("td0.2", (*WHO, existence(holder=COLLEAGUE))),)
    ),
    ("DMP-AUTHORISATION-ORDER", "a test whose answer never came"): replace(
        td0_3, before=(replace(TESTED, outcome="fault"),)
    ),
    ("DMP-AUTHORISATION-ORDER", "given up"): td0_3.but(authorised(action="SUPPRESSION")),
    ("DMP-AUTHORISATION-ACT", "the agreement of another"): replace(td0_3, told=(("accord du patient", OTHER, 1.0),)),
    ("DMP-AUTHORISATION-ACT", "agreed, then opposed"): replace(
        td0_3, told=(("accord du patient", PATIENT, 9.0), ("patient opposé", PATIENT, 1.0))
    ),
    ("DMP-AUTHORISATION-NEEDED", "TD0.3 was refused"): replace(
        needed, before=(needed.before[0], replace(needed.before[1], outcome="refused"))
    ),
    ("DMP-AUTHORISATION-NEEDED", "TD0.3 by another"): replace(
        needed, before=(needed.before[0], replace(needed.before[1], facts=(by(COLLEAGUE), patient(), authorised())))
    ),
    ("DMP-AUTHORISATION-NEEDED", "TD0.3 before the test"): replace(needed, before=needed.before[::-1]),
    ("DMP-AUTHORISATION-FEED", "TD0.3 alone before"): replace(feed, before=(Before("td0.3", td0_3.facts, 16),)),
    ("DMP-AUTHORISATION-FEED", "TD0.3 just before"): replace(feed, before=(Before("td0.3", td0_3.facts, 14),)),
    ("DMP-AUTHORISATION-FEED", "TD0.3 without effect"): replace(
        feed, before=(Before("td0.3", (*WHO, authorised(changed=False)), 16),)
    ),
    ("DMP-AUTHORISATION-FEED", "TD0.3, and a consultation that was refused"): replace(
        feed, before=(Before("td0.3", td0_3.facts, 16), Before("td3.1", (*WHO, reading()), 5, "refused"))
    ),
    ("DMP-AUTHORISATION-FEED", "fed, and not read in time"): replace(elsewhere, before=(ASKED, fed_after)),
    ("DMP-AUTHORISATION-FEED", "fed, and read after"): replace(
        elsewhere, before=(ASKED, fed_after, Before("td3.1", (*WHO, reading()), 13))
    ),
    ("DMP-AUTHORISATION-FEED", "fed, and read late"): replace(search, before=(ASKED, fed_after, TESTED)),
    ("DMP-AUTHORISATION-FEED", "fed, and read now"): replace(search, before=(ASKED, fed_after)),
    ("DMP-AUTHORISATION-FEED", "fed, and time to read is left"): replace(
        elsewhere, before=(replace(ASKED, minutes=14), replace(fed_after, minutes=13))
    ),
    ("DMP-AUTHORISATION-FEED", "not read in time, and told already"): replace(
        elsewhere, before=(ASKED, fed_after, Before("td0.2", (by(), patient(OTHER), existence(matricule=OTHER)), 0.5))
    ),
    ("DMP-AUTHORISATION-FEED", "neither fed nor read"): replace(elsewhere, before=(ASKED,)),
    ("DMP-RECORD", "a minute after"): Scene("td0.2", (*WHO, existence()), told=(("dossier ouvert", PATIENT, 1.0),)),
    ("DMP-RECORD", "another record"): Scene("td0.2", (*WHO, existence()), told=(("dossier ouvert", OTHER, 0.1),)),
    ("DMP-PARTIAL", "nothing given"): Scene("td3.2", (*WHO, reading(), read(wanted=(ID,))), (TESTED,)),
    ("DMP-IMPORTED", "read again"): replace(KEPT["DMP-IMPORTED"], facts=(*WHO, reading(), read(ID))),
    ("DMP-IMPORTED", "never read here"): replace(KEPT["DMP-IMPORTED"], before=(TESTED,)),
    ("DMP-IMPORTED", "nothing given"): replace(KEPT["DMP-IMPORTED"], facts=(*WHO, reading(), read(wanted=("2.25.8",)))),
    ("DMP-FEED-AUTO", "told after the feed"): replace(feed, told=()),
    ("DMP-FEED-AUTO", "validated six minutes ago"): replace(feed, told=(("document validé", ID, 6.0),)),
    ("DMP-FEED-AUTO", "told again just before"): replace(feed, told=(("document validé", ID, 9.0), VALIDATED)),
    ("DMP-FEED-AUTO", "another document"): replace(feed, told=(("document validé", "2.25.4", 1.0),)),
    ("DMP-FEED-AUTO-VAC", "no level"): note.but(fed(replace(NOTE, level=""))),
    ("DMP-FEED-AUTO-VAC", "level 1"): note.but(fed(replace(NOTE, level="N1"))),
    ("DMP-FEED-BLOCKED", "nothing is held back"): feed,
    ("DMP-FEED-BLOCKED", "held back, and sent"): replace(feed, told=(("envoi bloqué", ID, 1.0),)),
    ("DMP-FEED-BLOCKED", "let go again"): replace(
        feed, told=(("envoi bloqué", "2.25.5", 2.0), ("envoi débloqué", "2.25.5", 1.0))
    ),
    ("DMP-FEED-BLOCKED", "a marker about nothing"): replace(feed, told=(("envoi bloqué", "", 1.0),)),
    ("DMP-RECIPIENTS", "none written"): addressed.but(contents(recipients=(Addressed(unique_id=ID, recipients=()),))),
    ("DMP-RECIPIENTS", "written in another document"): addressed.but(
        contents(
            content(),
            content("2.25.2"),
            recipients=(
                Addressed(unique_id=ID, recipients=()),
                Addressed(unique_id="2.25.2", recipients=("8991",)),
            ),
        )
    ),
    ("DMP-RECIPIENTS", "nobody read it"): addressed.but(contents()),
    ("DMP-RECIPIENTS", "nobody was chosen"): replace(addressed, told=(VALIDATED,)),
    ("DMP-REPLACED", "nothing new"): feed,
    ("DMP-REPLACED", "one of two"): feed.but(contents(content(linked=True), content("2.25.3", replaces="2.25.2"))),
    ("DMP-QUEUE", "no outage"): feed,
    ("DMP-QUEUE", "another document was held up"): replace(
        feed, before=(replace(struck, facts=(FeedStruck(unique_ids=("2.25.6",)),)),)
    ),
    ("DMP-QUEUE", "again under another id"): feed.but(contents(content("2.25.2", digest=ID)), before=(struck, FED)),
    ("DMP-HISTORY-DATE", "no marker"): feed,
    ("DMP-HISTORY-DATE", "no date"): late.but(contents(content(service_start=""))),
    ("DMP-HISTORY-DATE", "no such date"): late.but(contents(content(service_start="20259999"))),
    ("DMP-HISTORY-DATE", "today"): late.but(contents(content(service_start="20260315093000"))),
    ("DMP-HISTORY-DATE", "this year, no more"): late.but(contents(content(), content(service_start="demain"))),
    ("DMP-HISTORY-RATE", "one lot"): late,
    ("DMP-HISTORY-RATE", "lots before the history"): replace(
        late, before=tuple(replace(one, minutes=90) for one in eleven)
    ),
    ("DMP-HISTORY-RATE", "refused ones in a rush"): replace(
        late,
        before=tuple(Before("td2.1", (patient(), fed(taken=False)), 0.001, "refused") for _ in range(5)),
    ),
    ("DMP-HISTORY-ONCE", "nothing was fed before"): late,
    ("DMP-HISTORY-ONCE", "fed during the history only"): replace(late, before=(Before("td2.1", (patient(), OLD), 5),)),
    ("DMP-HISTORY-ONCE", "another patient's"): replace(late, before=(Before("td2.1", (patient(OTHER), OLD), 90),)),
    ("DMP-HISTORY-ONCE", "again, and refused"): late.but(fed(taken=False), before=(replace(FED, minutes=90),)),
    ("DMP-HISTORY-ONCE", "what was fed before was refused"): replace(
        late, before=(Before("td2.1", (patient(), replace(OLD, taken=False)), 90, "refused"),)
    ),
    ("DMP-HISTORY-AUTHOR", "an author who is there"): late,
    ("DMP-HISTORY-AUTHOR", "alone"): late.but(contents(content(departed=("8990",)))),
    ("DMP-DELETED", "another document than the user's"): replace(
        deletion, told=(("suppression demandée", "2.25.5", 1.0),)
    ),
    ("DMP-DELETED", "nothing"): deletion.but(updated(documents=())),
    ("DMP-DELETED", "archived instead"): Scene(
        "td3.3d", (*WHO, updated("archivé")), told=(("suppression demandée", ID, 1.0),)
    ),
    ("DMP-DELETE", "nothing"): deletion.but(updated(documents=())),
    ("DMP-VISIBILITY", "sent again as it was"): Scene("td3.3a", (*WHO, updated("renvoyé sans changement"))),
    ("DMP-WEBPS", "nobody says that it is qualified"): replace(page, told=()),
    ("DMP-WEBPS", "another patient is qualified"): replace(page, told=(("identité qualifiée", OTHER, 1.0),)),
    ("DMP-WEBPS", "qualified no more"): replace(page, told=(QUALIFIED, ("identité provisoire", PATIENT, 1.0))),
    ("DMP-WEBPS", "the page of log-in only"): page.but(opened(shown=False, holder="")),
    ("DMP-WEBPS", "from the dashboard"): page.but(opened(from_page=True)),
    ("DMP-WEBPS", "a second page of the same visit"): page.but(
        opened(from_page=True), before=(Before("web-ps", (opened(),), 1),)
    ),
}
"""Check, and what must not be taken for it."""
BROKEN = {
    ("DMP-MTOM", "a package with the document in its XML"),
    ("DMP-FEED-N1", "no PDF"),
    ("DMP-CDA", "a problem"),
    ("DMP-TYPE-FORMAT", "the format of another"),
    ("DMP-TYPE-FORMAT", "no format"),
    ("DMP-TYPE-FORMAT", "a flat note under the structured format"),
    ("DMP-NOTE-N3", "level 1"),
    ("DMP-NOTE-N3", "no level"),
    ("DMP-PDF-DATA", "another name"),
    ("DMP-PDF-NOTICE", "no notice"),
    ("DMP-PDF-INS", "no INS"),
    ("DMP-AIR-TLS", "by card"),
    ("DMP-AIR-TLS", "no certificate"),
    ("DMP-ORDER", "no test"),
    ("DMP-ORDER", "the test of another patient"),
    ("DMP-ORDER", "the test of another user"),
    ("DMP-ORDER", "a test whose answer never came"),
    ("DMP-QUERY-ACTIVE", "the archived alone"),
    ("DMP-QUERY-ACTIVE", "the archived of another first"),
    ("DMP-CRITERIA", "one criterion"),
    ("DMP-OPPOSITION", "still opposed"),
    ("DMP-OPPOSITION", "opposed again"),
    ("DMP-FEED-OPPOSITION", "a feed by CPE all the same"),
    ("DMP-AUTHORISATION", "it was there"),
    ("DMP-AUTHORISATION-ORDER", "no test"),
    ("DMP-AUTHORISATION-ORDER", "the test of another"),
    ("DMP-AUTHORISATION-ORDER", "a test whose answer never came"),
    ("DMP-AUTHORISATION-ACT", "the agreement of another"),
    ("DMP-AUTHORISATION-ACT", "agreed, then opposed"),
    ("DMP-AUTHORISATION-NEEDED", "TD0.3 was refused"),
    ("DMP-AUTHORISATION-NEEDED", "TD0.3 by another"),
    ("DMP-AUTHORISATION-NEEDED", "TD0.3 before the test"),
    ("DMP-AUTHORISATION-FEED", "TD0.3 alone before"),
    ("DMP-AUTHORISATION-FEED", "TD0.3 without effect"),
    ("DMP-AUTHORISATION-FEED", "TD0.3, and a consultation that was refused"),
    ("DMP-AUTHORISATION-FEED", "fed, and not read in time"),
    ("DMP-RECORD", "a minute after"),
    ("DMP-IMPORTED", "read again"),
    ("DMP-FEED-AUTO", "validated six minutes ago"),
    ("DMP-FEED-AUTO", "told again just before"),
    ("DMP-FEED-AUTO-VAC", "no level"),
    ("DMP-FEED-AUTO-VAC", "level 1"),
    ("DMP-FEED-BLOCKED", "held back, and sent"),
    ("DMP-RECIPIENTS", "none written"),
    ("DMP-RECIPIENTS", "written in another document"),
    ("DMP-REPLACED", "one of two"),
    ("DMP-QUEUE", "again under another id"),
    ("DMP-HISTORY-DATE", "no date"),
    ("DMP-HISTORY-DATE", "no such date"),
    ("DMP-HISTORY-DATE", "today"),
    ("DMP-HISTORY-DATE", "this year, no more"),
    ("DMP-HISTORY-RATE", "refused ones in a rush"),
    ("DMP-HISTORY-ONCE", "again, and refused"),
    ("DMP-HISTORY-AUTHOR", "alone"),
    ("DMP-DELETED", "archived instead"),
    ("DMP-WEBPS", "qualified no more"),
}
"""Those that the rule itself reproaches; of the others it says nothing."""


def ids(found: object) -> set[str]:
    return {check.id for check in found}  # type: ignore[attr-defined]


@pytest.mark.parametrize("check", KEPT)
def test_an_honest_scene_keeps_its_rule(check: str) -> None:
    judged = KEPT[check].judged()
    assert check in ids(judged.kept)
    assert check not in ids(judged.broken)


@pytest.mark.parametrize(("check", "what"), SPOILT)
def test_what_does_not_show_it_keeps_no_rule(check: str, what: str) -> None:
    judged = SPOILT[check, what].judged()
    assert check not in ids(judged.kept)
    assert (check in ids(judged.broken)) is ((check, what) in BROKEN)


ALSO_WHEN_REFUSED = {"DMP-CERT", "DMP-VIHF", "DMP-VIHF-PS", "DMP-RECORD"}
"""What an exchange shows whatever became of it: who was let in, and when TD0.2 was asked."""


@pytest.mark.parametrize("check", sorted(set(KEPT) - ALSO_WHEN_REFUSED))
def test_a_refused_request_keeps_no_rule(check: str) -> None:
    scene = KEPT[check]
    spoilt = [one for one in scene.facts if any(hasattr(one, name) for name in UNDONE)]
    undone = [
        replace(one, **{name: value for name, value in UNDONE.items() if hasattr(one, name)})  # type: ignore[type-var]
        for one in spoilt
    ]
    held = [one for one in scene.but(*undone).facts if type(one).__name__ not in TAKEN_ONLY]
    assert check not in ids(replace(scene.but(*undone), facts=tuple(held)).refused().judged().kept)


UNDONE = {"taken": False, "found": None, "given": (), "shown": False}
"""What a refusal leaves of the facts."""
TAKEN_ONLY = {"LotContents", "LotPrinted"}
"""Facts that are noted of a lot that was taken only."""


def test_every_check_that_proves_something_has_its_honest_scene_and_what_spoils_it() -> None:
    proving = {check for proof in PROOFS.values() for part in proof.parts for check in part.checks}
    own = {check for check in proving if check.startswith("DMP-") and not check.startswith(("DMP-INS-", "DMP-API-"))}
    assert own <= set(KEPT)
    assert {check for check, _what in SPOILT} | {"DMP-AUTHORISATION-OPPOSITION"} >= own
    assert set(KEPT) >= {check for check, _what in SPOILT}
    assert set(SPOILT) >= BROKEN
