"""Where the services are and with what to connect: read from a connection document (the sandbox's ready-file).

An editor's software has the same values in its settings; only URLs, certificates and ids differ from the real
services. Source: design of the project (Ready-file). Knows no protocol.
"""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["Certificate", "Environment", "EnvironmentMissing", "OidcClient", "Patient", "Person", "Structure"]

END = "-----END CERTIFICATE-----"
READY_VARIABLE = "LGO_SANDBOX_READY"
DEFAULT_READY = Path(".lgo-sandbox/ready.json")


Made = TypeVar("Made", "Person", "Structure", "Patient")


class EnvironmentMissing(Exception):
    """There is no connection document to read, or it lacks somebody; the message (French) says which."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """PEM files of a client certificate: leaf and intermediate in ``chain``."""

    chain: Path
    key: Path

    @property
    def der(self) -> bytes:
        """The leaf as it is shown in a handshake."""
        text = self.chain.read_text(encoding="ascii")
        return ssl.PEM_cert_to_DER_cert(text[: text.index(END) + len(END)])


@dataclass(frozen=True, slots=True)
class OidcClient:
    """A client registered at Pro Santé Connect."""

    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """A professional: ``national_id`` is the PS_IdNat, ``specialty`` the author code (``G15_21/A``)."""

    id: str
    national_id: str
    family_name: str
    given_name: str
    label: str
    profession: str
    specialty: str
    structure: str
    mailbox: str
    civility: str = ""
    title: str = ""

    @property
    def name(self) -> str:
        """Given name and family name."""
        return f"{self.given_name} {self.family_name}"


@dataclass(frozen=True, slots=True)
class Structure:
    """A structure: ``id_nat`` is the Struct_IdNat."""

    id: str
    id_nat: str
    name: str
    sector: str
    mailbox: str
    address: str = ""
    postal_code: str = ""
    city: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient as the counter knows him: the traits that are typed, and the story that explains him."""

    id: str
    birth_name: str
    first_names: tuple[str, ...]
    sex: str
    birth_date: str
    birth_place: str
    situation: str
    matricule: str
    mailbox: str
    used_name: str = ""
    address: str = ""
    postal_code: str = ""
    city: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Environment:
    """A connection document."""

    document: Mapping[str, Any]

    @classmethod
    def load(cls, path: Path | None = None) -> Environment:
        """Read the document named, by ``LGO_SANDBOX_READY``, or in the default place. Raises EnvironmentMissing."""
        chosen = path or Path(os.environ.get(READY_VARIABLE, DEFAULT_READY))
        try:
            return cls(json.loads(chosen.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise EnvironmentMissing(
                f"{chosen} n'existe pas : lancez d'abord « lgo-sandbox up », ou « lgo-sandbox exec -- lgo … »."
            ) from None
        except (OSError, ValueError) as error:
            raise EnvironmentMissing(f"{chosen} n'est pas un fichier de connexion lisible : {error}") from None

    @property
    def session(self) -> str:
        """The sandbox session that these addresses lead to."""
        return str(self._member("session"))

    @property
    def control(self) -> str:
        """Root URL of the control API, on which the demonstration plays the user's other devices."""
        return str(self._member("control"))

    @property
    def ca(self) -> Path:
        """PEM bundle of the authorities to trust."""
        return Path(self._member("ca"))

    def url(self, service: str) -> str:
        """Return the TLS root URL of a service."""
        urls = self._member("services", service)
        return str(urls.get("https") or urls["http"])

    def socket(self, name: str) -> tuple[str, int]:
        """Return host and port of ``smtp`` or ``imap``."""
        host, _, port = str(self.document[name]).rpartition(":")
        return host, int(port)

    def certificate(self, name: str) -> Certificate:
        """Return a client certificate by its name (``org-auth``, ``cps-titulaire-sign``…)."""
        paths = self._member("certificates", name)
        return Certificate(Path(paths.get("chain") or paths["cert"]), Path(paths["key"]))

    def client(self, client_id: str) -> OidcClient:
        """Return an OIDC client by its id."""
        found = self._one("oidc_clients", "client_id", client_id)
        return OidcClient(client_id, found.get("client_secret") or "", tuple(found["redirect_uris"]))

    def person(self, persona: str) -> Person:
        """Return a professional by the persona's id."""
        return _made(Person, self._one("personas", "id", persona))

    def structure(self, structure: str) -> Structure:
        """Return a structure by its id."""
        return _made(Structure, self._one("structures", "id", structure))

    def patient(self, patient: str) -> Patient:
        """Return a patient by his id."""
        found = self._one("patients", "id", patient)
        return _made(Patient, {**found, "first_names": tuple(found["first_names"])})

    def fact(self, name: str) -> str:
        """Return another member of the document: ``idam``, ``nil``, ``annuaire_api_key``."""
        return str(self._member(name))

    def _member(self, *path: str) -> Any:
        """Return a member of the document. Raises EnvironmentMissing when it is not there."""
        found: Any = self.document
        for name in path:
            if not isinstance(found, Mapping) or name not in found:
                raise EnvironmentMissing(f"le document de connexion n'a pas « {'/'.join(path)} »")
            found = found[name]
        return found

    def _one(self, kind: str, key: str, value: str) -> Mapping[str, Any]:
        for record in self._member(kind):
            if record[key] == value:
                return dict(record)
        raise EnvironmentMissing(f"le document de connexion n'a pas « {value} » parmi ses {kind}")


def _made(kind: type[Made], record: Mapping[str, Any]) -> Made:
    known = {one.name: record[one.name] for one in fields(kind) if one.name in record}
    return kind(**known)
