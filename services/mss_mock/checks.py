"""What the operator reproaches a mail or a login, beside the answer on the wire.

Source: specs/mssante.md §3.1 (ECO.2.x, as quoted there: high), specs/requirements.md §2.2–2.3 (ids). A check looks at the facts
that ``wire.mail`` took from the mail and that the doors noted of the connection. Pure functions; French for people.
"""

from __future__ import annotations

import re
from typing import Any

from lgo_sandbox.findings import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.identifiers import ROOTS_OF_INS

from .codes import PATIENT_DOMAIN, USUAL_LINE

__all__ = ["CHECKS"]

MESSAGE = frozenset({"smtp-message"})
LOGIN = frozenset({"smtp-auth", "imap-authenticate", "imap-login"})
XDM_PREFIX = "XDM/1.0/DDM+"
_SUBJECT = re.compile(r"XDM/1\.0/DDM\+\S.* \S+ \d{2}/\d{2}/\d{4}(?:\s.*)?", re.DOTALL)
_MESSAGE_ID = re.compile(r"<[^<>@\s]+@[^<>@\s]+>")
_PDF_NAME = re.compile(r"\d{8}_.+_.+_.+_.+\.pdf", re.IGNORECASE)
_UTF8 = frozenset({"utf-8", "us-ascii", ""})
_REPLY = re.compile(r"(?:re|réf|tr)\s*:", re.IGNORECASE)
_SPEC = "specs/mssante.md"


def _mail(observed: Observed) -> bool:
    return bool(observed.facts.get("message")) and "unreadable" not in observed.facts


def _text(observed: Observed, name: str) -> str:
    return str(observed.facts.get(name) or "")


def _archives(observed: Observed) -> list[dict[str, Any]]:
    return list(observed.facts.get("archives") or [])


def _documents(observed: Observed) -> list[dict[str, Any]]:
    return [document for archive in _archives(observed) for document in archive.get("documents", ())]


def _readable(observed: Observed) -> bool:
    archives = _archives(observed)
    return bool(archives) and all("unreadable" not in archive for archive in archives)


def _shown(value: object) -> str:
    return str(value)[:200] if value else "absent"


# Every mail


def _nil(observed: Observed) -> Outcome:
    if not _mail(observed):
        return None
    return bool(_text(observed, "nil").strip()) or Violation(
        "X-MSS-NIL absent ou vide", "X-MSS-NIL: <numéro du produit>"
    )


def _message_id(observed: Observed) -> Outcome:
    if not _mail(observed):
        return None
    value = _text(observed, "message_id").strip()
    return bool(_MESSAGE_ID.fullmatch(value)) or Violation(_shown(value), "Message-ID: <identifiant@domaine>, unique")


def _threading(observed: Observed) -> Outcome:
    reply, references = _text(observed, "in_reply_to"), _text(observed, "references")
    subject = _text(observed, "subject").removeprefix(XDM_PREFIX)
    if not _mail(observed) or not (reply or references or _REPLY.match(subject)):
        return None
    received = f"In-Reply-To : {_shown(reply)} ; References : {_shown(references)}"
    return bool(reply and references) or Violation(
        received, "In-Reply-To et References, avec le Message-ID du message initial"
    )


def _body(observed: Observed) -> Outcome:
    if not _mail(observed):
        return None
    types = [kind for kind, _ in observed.facts.get("bodies") or []]
    plain = types == ["text/plain"]
    both = types == ["text/plain", "text/html"] and bool(observed.facts.get("alternative"))
    if plain or both or (not types and observed.facts.get("disposition_report")):
        return True
    return Violation(
        ", ".join(types) or "aucun texte", "text/plain seul, ou multipart/alternative : text/plain puis text/html"
    )


def _utf8(observed: Observed) -> Outcome:
    bodies = observed.facts.get("bodies") or []
    if not _mail(observed) or not bodies:
        return None
    others = [charset for _, charset in bodies if charset not in _UTF8]
    return not others or Violation(", ".join(others), "charset=utf-8 pour chaque partie de texte")


def _label(observed: Observed) -> Outcome:
    if not _mail(observed):
        return None
    label, address = _text(observed, "sender_label").strip(), _text(observed, "sender_address")
    personal = observed.facts.get("mailbox_kind") == "PER"
    said = bool(label) and "@" not in label and label.lower() != address
    if said and (not personal or len(label.split()) > 1):
        return True
    return Violation(_shown(label), "civilité, prénom, NOM et structure ; ou le nom de la structure")


def _address(observed: Observed) -> Outcome:
    if not _mail(observed):
        return None
    address, mailbox = _text(observed, "sender_address"), _text(observed, "mailbox")
    return address == mailbox or Violation(_shown(address), mailbox)


def _lines(observed: Observed) -> Outcome:
    longest = int(observed.facts.get("longest_line") or 0)
    if not observed.facts.get("message"):
        return None
    return longest <= USUAL_LINE or Violation(f"{longest} octets", f"{USUAL_LINE} octets au plus, hors CRLF")


def _well_formed(observed: Observed) -> Outcome:
    if not observed.facts.get("message"):
        return None
    problems = [observed.facts["unreadable"]] if "unreadable" in observed.facts else observed.facts.get("defects")
    return not problems or Violation(", ".join(problems), "un message MIME complet et bien formé")


def _application_reply(observed: Observed) -> Outcome:
    if not _mail(observed) or observed.facts.get("mailbox_kind") != "APP":
        return None
    return bool(observed.facts.get("reply_to")) or Violation(
        "Reply-To absent", "Reply-To : une boîte lue par quelqu'un"
    )


def _closing(observed: Observed) -> Outcome:
    value = _text(observed, "mes").strip()
    if not _mail(observed) or not value:
        return None
    citizens = _citizens(observed)
    kept = value == "FIN" and bool(citizens)
    return kept or Violation(f"X-MSS-MES: {value}", "FIN, et seulement pour un message adressé à un usager")


def _delivery_receipt(observed: Observed) -> Outcome:
    asked = bool(_text(observed, "delivery_receipt")) or "SUCCESS" in (observed.facts.get("notify") or ())
    return (_mail(observed) and asked) or None


def _read_receipt(observed: Observed) -> Outcome:
    return (_mail(observed) and bool(_text(observed, "read_receipt"))) or None


def _read_report(observed: Observed) -> Outcome:
    return (_mail(observed) and bool(observed.facts.get("disposition_report"))) or None


# A mail with documents


def _one_archive(observed: Observed) -> Outcome:
    attachments = observed.facts.get("attachments") or []
    pdfs = [one for one in attachments if one["pdf"]]
    archives = _archives(observed)
    if not _mail(observed) or not (archives or _has_zip(attachments)):
        return None
    received = f"{len(archives)} IHE_XDM.zip, {len(pdfs)} PDF, {len(_documents(observed))} CDA"
    if len(archives) != 1:
        return Violation(received, "une seule pièce jointe IHE_XDM.zip")
    if not _readable(observed):
        return None
    same = len(pdfs) == len(_documents(observed))
    return same or Violation(received, "autant de PDF/A-1 que de documents CDA dans l'archive")


def _has_zip(attachments: list[dict[str, Any]]) -> bool:
    return any(str(one["name"]).lower().endswith(".zip") and "xdm" in str(one["name"]).lower() for one in attachments)


def _pdf_a(observed: Observed) -> Outcome:
    pdfs = [one for one in observed.facts.get("attachments") or [] if one["pdf"]]
    if not _mail(observed) or not _archives(observed) or not pdfs:
        return None
    others = [str(one["name"]) for one in pdfs if not one["pdf_a1"]]
    return not others or Violation(", ".join(others), "PDF/A-1 (métadonnée pdfaid:part = 1)")


def _pdf_name(observed: Observed) -> Outcome:
    pdfs = [one for one in observed.facts.get("attachments") or [] if one["pdf"]]
    if not _mail(observed) or not _archives(observed) or not pdfs:
        return None
    others = [str(one["name"]) for one in pdfs if not _PDF_NAME.fullmatch(str(one["name"]))]
    return not others or Violation(
        ", ".join(others), "<date de l'acte>_<type document>_<NOM>_<prenom>_<numéro de dossier>.pdf"
    )


def _archive_sound(observed: Observed) -> Outcome:
    archives = _archives(observed)
    if not _mail(observed) or not archives:
        return None
    problems = [str(archive["unreadable"]) for archive in archives if "unreadable" in archive]
    problems += [str(problem) for archive in archives for problem in archive.get("problems", ())]
    problems += [str(document["unreadable"]) for document in _documents(observed) if "unreadable" in document]
    patients = {document["matricule"] for document in _documents(observed) if document.get("matricule")}
    problems += ["plusieurs patients dans les documents"] if len(patients) > 1 else []
    return not problems or Violation(" ; ".join(problems), "une archive XDM lisible, cohérente, d'un seul patient")


def _subject(observed: Observed) -> Outcome:
    subject = _text(observed, "subject")
    if not _mail(observed) or not _archives(observed):
        return None
    if not _SUBJECT.fullmatch(subject):
        return Violation(_shown(subject), "XDM/1.0/DDM+<libellé> <NOM> <prenom> <jj/mm/aaaa>")
    known = [document for document in _documents(observed) if document.get("birth_name")]
    strangers = [document for document in known if not _names(subject, document)]
    expected = ", ".join(f"{document['birth_name']} … {_french_date(document['birth_date'])}" for document in strangers)
    return not strangers or Violation(_shown(subject), f"le patient des documents : {expected}")


def _names(subject: str, document: dict[str, Any]) -> bool:
    return str(document["birth_name"]).upper() in subject.upper() and _french_date(document["birth_date"]) in subject


def _french_date(date: str) -> str:
    return "/".join(reversed(date.split("-")))


def _ins_header(observed: Observed) -> Outcome:
    value = observed.facts.get("ins")
    if not _mail(observed):
        return None
    if not _archives(observed):
        return None if value is None else Violation(f"X-MSS-INS: {value}", "en-tête absent : aucun CDA n'est joint")
    documents = [document for document in _documents(observed) if "qualified" in document]
    if not documents:
        return None
    expected = "O" if all(document["qualified"] for document in documents) else "N"
    return value == expected or Violation(f"X-MSS-INS: {_shown(value)}", f"X-MSS-INS: {expected}, d'après l'archive")


def _code_header(observed: Observed) -> Outcome:
    value = observed.facts.get("code_cda")
    if not _mail(observed):
        return None
    if not _archives(observed):
        return None if value is None else Violation(f"X-MSS-CODECDA: {value}", "en-tête absent : aucun CDA n'est joint")
    codes = [str(document["code"]) for document in _documents(observed) if "code" in document]
    if not codes:
        return None
    received = [code.strip() for code in str(value or "").split(",")]
    kept = sorted(received) == sorted(codes) or sorted(received) == sorted(set(codes))
    return kept or Violation(f"X-MSS-CODECDA: {_shown(value)}", f"X-MSS-CODECDA: {','.join(codes)}")


def _citizens(observed: Observed) -> list[str]:
    return [one["address"] for one in observed.facts.get("recipients") or [] if one["kind"] == "PAT"]


def _citizen_ins(observed: Observed) -> Outcome:
    citizens = _citizens(observed)
    if not _mail(observed) or not citizens or not _readable(observed):
        return None
    patient = _archives(observed)[0]["patient"]
    own = f"{patient['id']}@{PATIENT_DOMAIN}".lower()
    if patient["oid"] in ROOTS_OF_INS and set(citizens) == {own}:
        return True
    received = f"{', '.join(citizens)} ; patientId {patient['id']} ({patient['oid'] or 'sans OID'})"
    return Violation(received, "l'adresse construite sur l'INS qualifié du patient des documents")


# Connections


def _encrypted(observed: Observed) -> Outcome:
    version = _text(observed, "tls_version")
    if not version:
        return None
    return version in ("TLSv1.2", "TLSv1.3") or Violation(version, "TLS 1.2 ou mieux")


def _sent(observed: Observed) -> Outcome:
    return (_mail(observed) and bool(_text(observed, "tls_version"))) or None


def _opened_imap(observed: Observed) -> Outcome:
    return (observed.transport == "imap" and bool(observed.facts.get("subject"))) or None


def _xoauth2(observed: Observed) -> Outcome:
    if observed.facts.get("mechanism") != "XOAUTH2":
        return None
    expected = "base64 de « user=<BAL>^Aauth=Bearer <jeton PSC>^A^A »"
    return bool(observed.facts.get("well_formed")) or Violation("réponse SASL mal formée", expected)


def _own_mailbox(observed: Observed) -> Outcome:
    reason = _text(observed, "reason")
    if not observed.facts.get("mechanism"):
        return None
    if not reason:
        return True
    return Violation(reason, "un jeton PSC actif (ou un certificat ORG AUTH_CLI) et la boîte de son titulaire")


def _initial_response(observed: Observed) -> Outcome:
    return bool(observed.facts.get("initial_response")) or None


def _application(observed: Observed) -> Outcome:
    return (observed.facts.get("mechanism") == "PLAIN" and bool(observed.facts.get("subject"))) or None


def _configured(observed: Observed) -> Outcome:
    return bool(observed.facts.get("configured")) or None


def _searched(observed: Observed) -> Outcome:
    return bool(observed.facts.get("criteria")) or None


CHECKS = (
    Check(
        "mss.nil", "Numéro de produit sur chaque courriel", _nil, ("MSS/CONF.16",), f"{_SPEC} §3.1, ECO.2.4.3",
        "Ajouter l'en-tête X-MSS-NIL avec le numéro de référencement du logiciel (plateforme Convergence).",
        operations=MESSAGE,
    ),
    Check(
        "mss.message-id", "Message-ID conforme", _message_id, ("LGO.MSS.08",), f"{_SPEC} §3.1, ECO.2.2.1 ; RFC 5322 §3.6.4",
        "Produire un Message-ID unique de la forme <identifiant@domaine> à l'émission.", operations=MESSAGE,
    ),
    Check(
        "mss.reply-threading", "Réponse reliée au message initial", _threading, ("LGO.MSS.09",), f"{_SPEC} §3.1, ECO.2.2.2",
        "Recopier le Message-ID du message initial dans In-Reply-To, et l'ajouter à References.", operations=MESSAGE,
    ),
    Check(
        "mss.body", "Corps en texte, ou en texte puis HTML", _body, ("LGO.MSS.10",), f"{_SPEC} §3.1, ECO.2.2.4",
        "Envoyer text/plain, ou multipart/alternative avec text/plain puis text/html de même contenu.", operations=MESSAGE,
    ),
    Check(
        "mss.utf8", "Textes en UTF-8", _utf8, (), f"{_SPEC} §3.1, ECO.2.2.3",
        "Coder les parties de texte en UTF-8 et l'indiquer par charset.", operations=MESSAGE,
    ),
    Check(
        "mss.from-label", "Libellé d'expéditeur explicite", _label, ("LGO.MSS.12",), f"{_SPEC} §3.1, ECO.2.2.7",
        "Faire précéder l'adresse de From: du nom de la personne (civilité, prénom, NOM, structure) ou de la structure.",
        operations=MESSAGE,
    ),
    Check(
        "mss.from-address", "From: est la boîte authentifiée", _address, (), "RFC 5322 §3.6.2",
        "Mettre dans From: l'adresse de la boîte ouverte.", operations=MESSAGE, severity=Severity.WARNING, confidence="M",
    ),
    Check(
        "mss.line-length", "Lignes de 998 octets au plus", _lines, (), "RFC 5322 §2.1.1",
        "Replier les en-têtes et coder les parties longues en base64 ou quoted-printable.", operations=MESSAGE,
        severity=Severity.WARNING,
    ),
    Check(
        "mss.well-formed", "Message MIME bien formé", _well_formed, (), "RFC 2045–2046",
        "Fermer chaque partie par sa frontière, coder ce qui est annoncé, rester dans des tailles raisonnables.",
        operations=MESSAGE,
    ),
    Check(
        "mss.app-reply-to", "Adresse de réponse d'une boîte applicative", _application_reply, ("MSS/va1.09",),
        f"{_SPEC} §2, ECO.2.2.5", "Ajouter Reply-To avec une boîte personnelle ou organisationnelle.", operations=MESSAGE,
    ),
    Check(
        "mss.fin", "Clôture d'un échange avec un usager", _closing, ("MSS/CONF.21",), f"{_SPEC} §2, ECO.2.2.8",
        "N'envoyer que « X-MSS-MES: FIN », et seulement à un usager.", operations=MESSAGE,
    ),
    Check(
        "mss.delivery-receipt", "Accusé de remise demandé", _delivery_receipt, ("LGO.MSS.13",), f"{_SPEC} §3.1, ECO.2.3.1",
        "", operations=MESSAGE,
    ),
    Check(
        "mss.read-receipt", "Accusé de lecture demandé", _read_receipt, ("MSS/UX.33",), f"{_SPEC} §3.1, ECO.2.3.2", "",
        operations=MESSAGE,
    ),
    Check(
        "mss.read-report", "Accusé de lecture renvoyé", _read_report, ("MSS/UX.34",), f"{_SPEC} §3.1, ECO.3.1.6", "",
        operations=MESSAGE,
    ),
    Check(
        "mss.xdm-and-pdf", "Une archive XDM et les mêmes documents en PDF", _one_archive, ("LGO.MSS.14", "MSS/CONF.23"),
        f"{_SPEC} §3.1, ECO.2.1.1 et 2.1.5", "Joindre un IHE_XDM.zip et, pour chaque CDA, son PDF/A-1.", operations=MESSAGE,
    ),
    Check(
        "mss.pdf-a1", "PDF joints en PDF/A-1", _pdf_a, ("LGO.MSS.14", "MSS/CONF.23"), f"{_SPEC} §3.1, ECO.2.1.1",
        "Produire les PDF en PDF/A-1.", operations=MESSAGE,
    ),
    Check(
        "mss.pdf-name", "Nom des PDF joints", _pdf_name, ("LGO.MSS.14",), f"{_SPEC} §3.1, ECO.2.1.6",
        "Nommer le PDF par la date de l'acte, le type, le NOM, le prénom et le numéro de dossier.", operations=MESSAGE,
        severity=Severity.WARNING, confidence="M",
    ),
    Check(
        "mss.xdm-sound", "Archive XDM lisible, d'un seul patient", _archive_sound, ("LGO.MSS.14", "MSS/CONF.23"),
        f"{_SPEC} §3.2", "Corriger l'archive : arborescence, METADATA.XML, empreintes, tailles, un seul patient.",
        operations=MESSAGE,
    ),
    Check(
        "mss.xdm-subject", "Objet d'un courriel de documents", _subject, ("MSS/CONF.25",), f"{_SPEC} §3.1, ECO.2.1.3",
        "Composer l'objet « XDM/1.0/DDM+<libellé> <NOM> <prenom> <date de naissance> » du patient des documents.",
        operations=MESSAGE,
    ),
    Check(
        "mss.ins-header", "X-MSS-INS conforme à l'archive", _ins_header, ("MSS/CONF.14",), f"{_SPEC} §3.1, ECO.2.4.2",
        "Mettre O si l'archive porte un INS qualifié, N sinon ; pas d'en-tête sans CDA joint.", operations=MESSAGE,
    ),
    Check(
        "mss.code-header", "X-MSS-CODECDA conforme à l'archive", _code_header, ("MSS/CONF.15",), f"{_SPEC} §3.1, ECO.2.4.1",
        "Lister le code de l'en-tête de chaque CDA, séparés par des virgules ; pas d'en-tête sans CDA joint.",
        operations=MESSAGE,
    ),
    Check(
        "mss.citizen-ins", "Adresse d'usager construite sur un INS qualifié", _citizen_ins, ("LGO.MSS.11", "MSS/va1.01"),
        f"{_SPEC} §2, ECO.2.2.6", "N'écrire à un usager que si son INS est qualifié, et lui envoyer ses propres documents.",
        operations=MESSAGE,
    ),
    Check(
        "mss.tls", "Échanges avec l'opérateur dans TLS", _encrypted, ("LGO.MSS.01", "MSS/CONF.01", "MSS/CONF.02"),
        f"{_SPEC} §1.1, ECO.1.1.1", "Négocier TLS 1.2 au moins.", operations=LOGIN | MESSAGE,
    ),
    Check(
        "mss.smtp-starttls", "Émission par SMTP avec STARTTLS", _sent, ("MSS/CONF.05",), f"{_SPEC} §1.1, ECO.1.0.1", "",
        operations=MESSAGE,
    ),
    Check(
        "mss.imap-starttls", "Lecture par IMAP avec STARTTLS", _opened_imap, ("MSS/CONF.06",), f"{_SPEC} §1.1, ECO.1.0.2", "",
        operations=LOGIN,
    ),
    Check(
        "mss.xoauth2", "Réponse XOAUTH2 conforme", _xoauth2, ("MSS/CONF.07",), f"{_SPEC} §1.1, ECO.1.2.1",
        "Composer la réponse SASL avec la boîte et le jeton d'accès PSC, séparés par des octets 01.", operations=LOGIN,
    ),
    Check(
        "mss.credentials", "Authentification acceptée", _own_mailbox, (), f"{_SPEC} §1.1",
        "Renouveler le jeton PSC avant d'ouvrir la boîte, et n'ouvrir que la boîte de son titulaire.", operations=LOGIN,
        severity=Severity.WARNING,
    ),
    Check(
        "mss.sasl-ir", "Authentification en une commande (préconisation)", _initial_response, ("MSS/CONF.09",),
        "specs/requirements.md §2.3", "", operations=LOGIN,
    ),
    Check(
        "mss.app-login", "Boîte applicative ouverte par certificat", _application, ("MSS/CONF.12",),
        "specs/requirements.md §2.3", "", operations=LOGIN,
    ),
    Check(
        "mss.autoconfig", "Configuration automatique lue", _configured, ("MSS/CONF.04",), f"{_SPEC} §1.1, ECO.1.1.9", "",
        operations=frozenset({"autoconfig"}),
    ),
    Check(
        "mss.directory", "Recherche dans l'Annuaire Santé", _searched, ("MSS/CONF.20",), "specs/requirements.md §2.3", "",
        operations=frozenset({"annuaire-search"}), confidence="M",
    ),
)  # fmt: skip
