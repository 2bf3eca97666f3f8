"""Writing the requests of INSi and reading its answers: the client's own, apart from the server's.

Source: specs/insi.md §1.2–1.5 (contract, high), §1.6 (verification: reconstructed). Knows no strategy and no HTTP.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from lgo_client.clock import Workplace
from lgo_client.insi_values import (
    Answer,
    Claim,
    Collected,
    Deposited,
    Found,
    Matricule,
    Product,
    Traits,
    Verification,
    VitaleCard,
)
from lgo_client.soap import ENVELOPE, WSA, children_text, element

__all__ = [
    "BY_CARD",
    "BY_TRAITS",
    "COLLECT",
    "DEPOSIT",
    "VERIFY",
    "Operation",
    "Written",
    "read_answer",
    "read_collected",
    "read_deposited",
    "read_verification",
    "write",
]

RESULT = "{http://www.cnamts.fr/INSiResultat}"
BATCH_RESULT = "{http://www.cnamts.fr/INSiLot2/REPMasse}"
CTX_LPS = "urn:siram:lps:ctxlps"
CTX_BAM = "urn:siram:bam:ctxbam"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
VERIFIED = "00"


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation: its name, and the body element with its namespace."""

    name: str
    body: str
    namespace: str

    @property
    def action(self) -> str:
        """The HTTP and WS-Addressing action."""
        return f"urn:ServiceIdentiteCertifiee:1.0.0:{self.name}"


BY_TRAITS = Operation("rechercherInsAvecTraitsIdentite", "RECSANSVITALE", "http://www.cnamts.fr/INSiRecSans")
BY_CARD = Operation("rechercherInsAvecCarteVitale", "RECVITALE", "http://www.cnamts.fr/INSiRecVit")
VERIFY = Operation("verifierInsAvecTraitsIdentite", "Requete", "http://www.cnamts.fr/INSiLot2/REQUnitaire")
DEPOSIT = Operation("deposerVerificationsIns", "Depot", "http://www.cnamts.fr/INSiLot2/REQMasse")
COLLECT = Operation("releverVerificationsIns", "Releve", "http://www.cnamts.fr/INSiLot2/REQMasse")

Asked = Traits | VitaleCard | Claim | Sequence[Claim] | str


@dataclass(frozen=True, slots=True)
class Written:
    """A request ready to be sent, and the MessageID it bears."""

    message_id: str
    octets: bytes


def write(operation: Operation, asked: Asked, product: Product, workplace: Workplace, assertion: str = "") -> Written:
    """Return a request; ``assertion`` goes into wsse:Security, which an organisation certificate does without."""
    context = _context_lps(product, workplace)
    cover = asked if isinstance(asked, VitaleCard) else None
    context += _context_bam(product, workplace, cover)
    message_id = f"uuid:{workplace.uuid()}"
    security = f'<wsse:Security xmlns:wsse="{WSSE}">{assertion}</wsse:Security>' if assertion else ""
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="{ENVELOPE}"><soap:Header>'
        f"{security}{context}"
        f'<wsa:Action xmlns:wsa="{WSA}">{operation.action}</wsa:Action>'
        f'<wsa:MessageID xmlns:wsa="{WSA}">{message_id}</wsa:MessageID>'
        f'</soap:Header><soap:Body><{operation.body} xmlns="{operation.namespace}">{_body(asked)}</{operation.body}>'
        "</soap:Body></soap:Envelope>"
    )
    return Written(message_id, text.encode())


def _context_lps(product: Product, workplace: Workplace) -> str:
    software = (
        element("IDAM", product.idam, {"R": "4"})
        + element("Version", product.version)
        + element("Instance", product.instance)
        + element("Nom", f"urn:lps:{product.name}:{product.version}")
    )
    return (
        f'<ContexteLPS xmlns="{CTX_LPS}" Nature="CTXLPS" Version="01_00">{_stamp(workplace)}'
        f"{element('Emetteur', product.sender)}<LPS>{software}</LPS></ContexteLPS>"
    )


def _context_bam(product: Product, workplace: Workplace, card: VitaleCard | None) -> str:
    cover = _cover(card) if card else "<COUVERTURE/>"
    return (
        f'<ContexteBAM xmlns="{CTX_BAM}" Nature="CTXBAM" Version="01_02">{_stamp(workplace)}'
        f"{element('Emetteur', product.sender)}{cover}</ContexteBAM>"
    )


def _cover(card: VitaleCard) -> str:
    insurer = _given(("GrandRegime", card.scheme), ("Organisme", card.insurer), ("CodeCentre", card.centre))
    holder = _given(("Num", card.holder[:13]), ("Cle", card.holder[13:]))
    person = _given(("DateNai", card.birth_date), ("Rang", card.rank))
    assured = f"<ASSURE><Id>{holder}</Id></ASSURE><BENEFICIAIRE>{person}</BENEFICIAIRE>"
    return f"<COUVERTURE>{insurer}{assured}</COUVERTURE>"


def _stamp(workplace: Workplace) -> str:
    return element("Id", workplace.uuid()) + element("Temps", workplace.instant())


def _given(*values: tuple[str, str]) -> str:
    return "".join(element(name, text) for name, text in values if text)


def _body(asked: Asked) -> str:
    if isinstance(asked, Traits):
        return _traits(asked, "Prenom")
    if isinstance(asked, VitaleCard):
        return _card(asked)
    if isinstance(asked, str):
        return element("NumeroDepot", asked)
    return "".join(map(_claim, [asked] if isinstance(asked, Claim) else asked))


def _traits(traits: Traits, first_names: str) -> str:
    return (
        element("NomNaissance", traits.birth_name)
        + element(first_names, " ".join(traits.first_names))
        + element("Sexe", traits.sex)
        + element("DateNaissance", traits.birth_date)
        + _given(("LieuNaissance", traits.birth_place))
    )


def _card(card: VitaleCard) -> str:
    matricules = (("MatriculeIndividu", card.individual), ("MatriculeOD", card.holder))
    numbers = "".join(f"<{name}>{_number(value)}</{name}>" for name, value in matricules if value)
    return numbers + element("DateNaissance", card.birth_date) + element("RangNaissance", card.rank)


def _number(matricule: str) -> str:
    return _given(("NumIdentifiant", matricule[:13]), ("Cle", matricule[13:]))


def _claim(claim: Claim) -> str:
    given = f"<IdIndividu>{_number(claim.matricule.number)}</IdIndividu>{element('OID', claim.matricule.oid)}"
    told = _traits(claim.traits, "ListePrenom")
    ref = f' ref="{claim.ref}"' if claim.ref.isalnum() else ""
    return (
        f"<IndividuVerifie{ref}><INSFourni>{given}</INSFourni>"
        f"<TraitsIdentiteIndividu>{told}</TraitsIdentiteIndividu></IndividuVerifie>"
    )


def read_answer(result: etree._Element, asked: Traits) -> Answer:
    """Return the outcome of a search. Raises ValueError when a compulsory element is absent."""
    outcome = result.find(f"{RESULT}CR")
    if outcome is None:
        raise ValueError("la réponse INSi n'a pas d'élément CR")
    codes = children_text(outcome)
    person = result.find(f"{RESULT}INDIVIDU")
    found = _found(person) if person is not None else None
    return Answer(codes.get("CodeCR", ""), codes.get("LibelleCR", ""), asked, found)


def read_verification(result: etree._Element) -> Verification:
    """Return the outcome of a unit verification, or of one of a batch. Raises ValueError when it has no CR."""
    codes = next((children_text(child) for child in result if etree.QName(child).localname == "CR"), None)
    if codes is None:
        raise ValueError("la réponse INSi n'a pas d'élément CR")
    code = codes.get("CodeCR", "")
    return Verification(code == VERIFIED, code, codes.get("LibelleCR", ""), result.get("ref") or "")


def read_deposited(result: etree._Element) -> Deposited:
    """Return the receipt of a batch."""
    told = children_text(result)
    return Deposited(told.get("NumeroDepot", ""), int(told.get("Nombre", "0")), told.get("Disponibilite", ""))


def read_collected(result: etree._Element) -> Collected:
    """Return a collected batch."""
    told = children_text(result)
    treated: Iterable[etree._Element] = result.iterfind(f"{BATCH_RESULT}Verification")
    results = tuple(map(read_verification, treated)) if told.get("Etat") == "TERMINE" else None
    return Collected(told.get("NumeroDepot", ""), results)


def _found(person: etree._Element) -> Found:
    traits = children_text(_child(person, "TIQ"))
    history: Sequence[etree._Element] = person.findall(f"{RESULT}INSHISTO")
    return Found(
        active=_matricule(_child(person, "INSACTIF")),
        history=tuple(_matricule(former) for former in history),
        birth_name=traits.get("NomNaissance", ""),
        first_names=traits.get("ListePrenom") or traits.get("Prenom", ""),
        sex=traits.get("Sexe", ""),
        birth_date=traits.get("DateNaissance", ""),
        birth_place=traits.get("LieuNaissance", ""),
    )


def _matricule(node: etree._Element) -> Matricule:
    number = children_text(_child(node, "IdIndividu"))
    values = children_text(node)
    return Matricule(
        number.get("NumIdentifiant", "") + number.get("Cle", ""),
        values.get("OID", ""),
        values.get("DateDeb", ""),
        values.get("DateFin", ""),
    )


def _child(parent: etree._Element, name: str) -> etree._Element:
    child = parent.find(f"{RESULT}{name}")
    if child is None:
        raise ValueError(f"la réponse INSi n'a pas d'élément {name}")
    return child
