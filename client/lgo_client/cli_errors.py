"""What each error of the client is to whoever typed a command: how the command ends, and one French sentence.

Loaded once something went wrong: it knows the errors of all clients, and no command.
"""

from __future__ import annotations

import socket

import httpx

from lgo_client.dmp.client import DmpUnavailable
from lgo_client.dmp.desk import NotCalled
from lgo_client.dmp.errors import in_french
from lgo_client.dmp.registry import UnknownDocument
from lgo_client.dmp.web import WebUnavailable
from lgo_client.environment import EnvironmentMissing
from lgo_client.identity import IdentityRefused
from lgo_client.mss.autoconfig import NotConfigured
from lgo_client.mss.directory import DirectoryUnavailable
from lgo_client.mss.errors import MssError, MssUnavailable, NotFiled, NotSent
from lgo_client.mss.errors import in_french as mss_in_french
from lgo_client.outbox import QueueBusy
from lgo_client.own_files import FileUnusable
from lgo_client.parameters import ParametersUnavailable
from lgo_client.psc import PscRefused
from lgo_client.soap import SoapRefused
from lgo_client.unanswered import said_of, unanswered
from lgo_client.xds import RegistryRefused

__all__ = ["is_told", "told"]

TRACE = "LGO_TRACE"
UNUSABLE, REFUSED, DEFECT = 2, 1, 70
NOT_DONE = (
    NotCalled,
    QueueBusy,
    UnknownDocument,
    DmpUnavailable,
    ParametersUnavailable,
    WebUnavailable,
    NotSent,
    NotFiled,
    DirectoryUnavailable,
    NotConfigured,
)
"""What is not done, for a reason that its message says in French."""
EXPECTED = (
    EnvironmentMissing,
    SoapRefused,
    PscRefused,
    IdentityRefused,
    RegistryRefused,
    MssError,
    *NOT_DONE,
    httpx.HTTPError,
    FileUnusable,
    OSError,
    ValueError,
)
DEFECTS = (LookupError, TypeError, AttributeError, AssertionError, ArithmeticError)
"""Errors of Python that nobody should see: what typer itself raises is none of these."""


def is_told(error: Exception) -> bool:
    """Tell whether an error is said in a sentence; the others are the parser's, or nobody's."""
    return isinstance(error, (*EXPECTED, *DEFECTS))


_SYSTEM = (
    (FileNotFoundError, "n'existe pas"),
    (PermissionError, "ne peut pas être lu ou écrit avec vos droits"),
    (IsADirectoryError, "est un dossier"),
    (NotADirectoryError, "passe par un fichier qui n'est pas un dossier"),
    (FileExistsError, "existe déjà"),
)


def _unusable(error: OSError) -> str:
    """Return what the system says of a file in French; of another thing, its own words."""
    said = next((words for kind, words in _SYSTEM if isinstance(error, kind)), "")
    return f"{error.filename} {said}" if said and error.filename else str(error)


def told(error: Exception) -> tuple[int, str]:
    """Return how a command ends and what it says."""
    if isinstance(error, EnvironmentMissing):
        return UNUSABLE, str(error)
    if sentence := _unanswered(error):
        return UNUSABLE, sentence
    if isinstance(error, SoapRefused | PscRefused | IdentityRefused):
        return REFUSED, f"refus : {error}"
    if isinstance(error, RegistryRefused):
        return REFUSED, f"refus : {in_french(error)}"
    if isinstance(error, MssError):
        return REFUSED, mss_in_french(error)
    if isinstance(error, NOT_DONE):
        return REFUSED, str(error)
    if isinstance(error, FileUnusable):
        return UNUSABLE, str(error)
    if isinstance(error, OSError):
        return UNUSABLE, f"fichier ou connexion inutilisable : {_unusable(error)}"
    if isinstance(error, ValueError):
        return REFUSED, f"valeur refusée : {error}"
    return DEFECT, f"défaut du client de référence : {type(error).__name__} {error} ({TRACE}=1 montre la trace)"


def _unanswered(error: Exception) -> str:
    """Return what is said of an address at which nobody answers; "" for another error."""
    if isinstance(error, MssUnavailable) and error.address:
        return said_of(error.address, error)
    if isinstance(error, ConnectionError | TimeoutError | socket.gaierror):
        return said_of("le service", error)
    return unanswered(error)
