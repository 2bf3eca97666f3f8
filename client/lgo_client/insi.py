"""The INSi téléservice from an LGO: both searches, the verification, and how to ask again when nobody or several come.

Source: specs/insi.md §1.2–1.6 (contract, high; verification reconstructed), §2.1 (what to do on 01 and 02), §4 (first
names one by one, then together; birth place to tell homonyms apart). Knows no state of a local identity (``identity``
does).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import httpx
from lxml import etree

from lgo_client import insi_wire as wire
from lgo_client.clock import Workplace
from lgo_client.insi_values import (
    Answer,
    CallTrace,
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
from lgo_client.soap import SoapRefused, parse_answer

__all__ = [
    "Answer",
    "CallTrace",
    "Claim",
    "Collected",
    "Deposited",
    "Found",
    "Insi",
    "Matricule",
    "Product",
    "Traits",
    "Verification",
    "VitaleCard",
]


class Insi:
    """Calls with the certificate that the HTTP client presents. Raises SoapRefused on a fault.

    ``assertion`` gives, for each call, the SAML assertion of a professional (card or Pro Santé Connect) in place of an
    organisation certificate; ``user`` is who is named in the traces.
    """

    def __init__(
        self,
        http: httpx.Client,
        url: str,
        product: Product,
        workplace: Workplace,
        *,
        user: str = "",
        assertion: Callable[[], str] = str,
    ) -> None:
        self._http = http
        self._url = f"{url}/lps"
        self._product = product
        self._workplace = workplace
        self._user = user
        self._assertion = assertion
        self.journal: list[Answer] = []
        """Every search and its code (or its fault's), as rules 37 and 39 of the INS guide want them traced."""
        self.traces: list[CallTrace] = []
        """Every call of every kind, with the user, the moment, the mode, the code and what was returned."""

    def search(self, traits: Traits) -> Answer:
        """Send one search with the first names as one value, joined by a space."""
        return self._searched("traits", wire.BY_TRAITS, traits, traits)

    def search_card(self, card: VitaleCard) -> Answer:
        """Send one search with what a carte Vitale tells: the answer is what INSi knows, not what the card says."""
        return self._searched("carte Vitale", wire.BY_CARD, card, Traits("", (), "", card.birth_date))

    def retrieve(self, traits: Traits) -> Answer:
        """Search as the guide asks: each first name alone in order, then all together; stop at 00 or at a fault.

        Raises ValueError without a first name: INSi demands one.
        """
        if not traits.first_names:
            raise ValueError("une recherche INSi demande au moins un prénom")
        return self._until({"00"}, _attempts(traits), Answer("01", "", traits))

    def resolve(self, traits: Traits) -> Answer:
        """Search as an LGO does at the counter: without the birth place first, then by what the code calls for.

        On 02 the other first names are added, then the birth place; on 01 a composed first name is tried again with its
        hyphen as a space, then by its first part, and the guide's sequence ends it. Raises ValueError as ``retrieve``.
        """
        if not traits.first_names:
            raise ValueError("une recherche INSi demande au moins un prénom")
        alone = replace(traits, first_names=traits.first_names[:1], birth_place="")
        answer = self.search(alone)
        if answer.code == "02":
            return self._until({"00"}, _narrower(traits), answer)
        if answer.code == "01":
            answer = self._until({"00", "02"}, _respelled(alone), answer)
        if answer.code == "01":
            answer = self._until({"00", "02"}, _others(replace(traits, birth_place="")), answer)
        if answer.code == "02" and traits.birth_place:
            answer = self.search(replace(answer.asked, birth_place=traits.birth_place))
        return answer

    def verify(self, claim: Claim) -> Verification:
        """Ask whether a matricule and strict traits are those of one person (reconstructed operation)."""
        result, trace = self._sent("vérification", wire.VERIFY, claim)
        verification = wire.read_verification(result)
        self._keep(trace, verification.result, verification.label)
        return verification

    def deposit(self, claims: Sequence[Claim]) -> Deposited:
        """Deposit a batch to be verified (reconstructed operation)."""
        result, trace = self._sent("dépôt", wire.DEPOSIT, claims)
        receipt = wire.read_deposited(result)
        self._keep(trace, "00", f"{receipt.count} identités, dépôt {receipt.number}")
        return receipt

    def collect(self, number: str) -> Collected:
        """Collect a batch (reconstructed operation); its results are None as long as it is being treated."""
        result, trace = self._sent("relève", wire.COLLECT, number)
        collected = wire.read_collected(result)
        self._keep(trace, "00", "en cours" if collected.results is None else f"{len(collected.results)} résultats")
        return collected

    def _until(self, enough: set[str], attempts: Iterator[Traits], before: Answer) -> Answer:
        answer = before
        for attempt in attempts:
            answer = self.search(attempt)
            if answer.code in enough:
                break
        return answer

    def _searched(self, mode: str, operation: wire.Operation, asked: Traits | VitaleCard, traits: Traits) -> Answer:
        try:
            result, trace = self._sent(mode, operation, asked)
        except SoapRefused as refused:
            self.journal.append(Answer(refused.code, refused.reason, traits))
            raise
        answer = wire.read_answer(result, traits)
        self.journal.append(answer)
        self._keep(trace, answer.code, answer.label, answer.found)
        return answer

    def _sent(self, mode: str, operation: wire.Operation, asked: wire.Asked) -> tuple[etree._Element, CallTrace]:
        headers = {"Content-Type": f'application/soap+xml; charset=utf-8; action="{operation.action}"'}
        written = wire.write(operation, asked, self._product, self._workplace, self._assertion())
        trace = CallTrace(self._workplace.instant(), self._user, mode, written.message_id, "", "")
        sent = self._http.post(self._url, content=written.octets, headers=headers)
        try:
            return parse_answer(sent.content), trace
        except SoapRefused as refused:
            self._keep(trace, refused.code, refused.reason)
            raise

    def _keep(self, trace: CallTrace, code: str, label: str, found: Found | None = None) -> None:
        self.traces.append(replace(trace, code=code, label=label, found=found))


def _attempts(traits: Traits) -> Iterator[Traits]:
    for name in traits.first_names:
        yield replace(traits, first_names=(name,))
    if len(traits.first_names) > 1:
        yield traits


def _others(traits: Traits) -> Iterator[Traits]:
    attempts = _attempts(traits)
    next(attempts)
    return attempts


def _narrower(traits: Traits) -> Iterator[Traits]:
    """Yield what tells homonyms apart: the other first names, then the birth place."""
    if len(traits.first_names) > 1:
        yield replace(traits, birth_place="")
    if traits.birth_place:
        yield traits


def _respelled(traits: Traits) -> Iterator[Traits]:
    """Yield the other spellings of a composed first name: hyphen as a space, first part alone."""
    (name,) = traits.first_names
    if "-" in name:
        yield replace(traits, first_names=(name.replace("-", " "),))
        yield replace(traits, first_names=(name.partition("-")[0],))
