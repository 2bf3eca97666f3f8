"""What the mail operator's answers mean to whoever stands at the counter, and which of them a second try can heal.

Source: specs/mssante.md §1.1 (a refused token drops the line, and may be taken minutes later), §1.3 (reply codes).
Knows no transport.

    MssError
      MssRefused
      MssUnavailable
        NotLoggedIn
    NotSent
      NotQualified
      Refused
    NotFiled
"""

from __future__ import annotations

__all__ = [
    "MssError",
    "MssRefused",
    "MssUnavailable",
    "NotFiled",
    "NotLoggedIn",
    "NotQualified",
    "NotSent",
    "Refused",
    "heals_by_itself",
    "in_french",
    "never_came",
]

_TEMPORARY = range(400, 500)
_FRENCH = {
    450: "la boîte du destinataire est indisponible pour l'instant",
    451: "l'opérateur a une défaillance passagère",
    452: "l'opérateur manque de place",
    421: "l'opérateur ferme la connexion",
    530: "l'opérateur demande de s'authentifier",
    535: "l'opérateur refuse le jeton ou le certificat",
    550: "cette boîte n'existe pas, ou n'accepte pas ce message",
    552: "le message est trop gros, ou la boîte pleine",
    553: "cette adresse n'est pas admise",
    554: "l'opérateur refuse le message",
}


class MssError(Exception):
    """Something went wrong with the operator."""


class MssRefused(MssError):
    """The operator answered no: ``code`` is its reply code (0: none, as over IMAP), ``about`` whom or what it is of."""

    def __init__(self, said: str, code: int = 0, about: str = "") -> None:
        super().__init__(said)
        self.said, self.code, self.about = said, code, about


class MssUnavailable(MssError):
    """The operator did not answer; ``left``: the message may have been taken all the same.

    ``address`` is where nobody answered at all, "" once somebody did.
    """

    def __init__(self, said: str, *, left: bool = False, address: str = "") -> None:
        super().__init__(said)
        self.said, self.left, self.address = said, left, address


class NotLoggedIn(MssUnavailable):
    """There is no access token: the operator was not called."""


class NotSent(Exception):
    """Nothing is sent; the message (French) says why."""


class NotQualified(NotSent):
    """The identity of the patient is not qualified: he has no address."""


class Refused(NotSent):
    """The patient refuses it."""


class NotFiled(Exception):
    """Documents that cannot be filed by themselves: the message (French) says why, ``code`` is that of the MDN."""

    def __init__(self, reason: str, code: str) -> None:
        super().__init__(reason)
        self.reason, self.code = reason, code


def in_french(error: Exception) -> str:
    """Return what an error of the operator means, with what the operator says."""
    if isinstance(error, MssRefused):
        meant = _FRENCH.get(error.code, "l'opérateur refuse")
        about = f" [{error.about}]" if error.about else ""
        said = " ".join(part for part in (str(error.code or ""), error.said) if part)
        return f"{meant}{about} ({said})" if said else f"{meant}{about}"
    if isinstance(error, NotLoggedIn):
        return f"pas de jeton de Pro Santé Connect ({error.said})"
    if isinstance(error, MssUnavailable):
        return f"l'opérateur ne répond pas{f' à {error.address}' if error.address else ''} ({error.said})"
    return str(error)


def never_came(error: Exception) -> bool:
    """Tell whether a message surely was not taken."""
    return isinstance(error, MssRefused) or (isinstance(error, MssUnavailable) and not error.left)


def heals_by_itself(error: Exception) -> bool:
    """Tell whether the same message may be taken later, unchanged: a refused token too, after the next log-in."""
    if isinstance(error, MssRefused):
        return error.code in _TEMPORARY or error.code in (530, 535)
    return isinstance(error, MssUnavailable)
