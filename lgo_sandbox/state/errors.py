"""Why a store cannot be used: one exception for each reason, the message in French, naming what.

    StoreError
      StoreFull · StoreReadOnly · StoreLocked · StoreUnwritable · StoreDamaged · StoreNewer

The engines translate their errors into these; services and control render them in their own dialect.
"""

from __future__ import annotations

import errno

__all__ = [
    "StoreDamaged",
    "StoreError",
    "StoreFull",
    "StoreLocked",
    "StoreNewer",
    "StoreReadOnly",
    "StoreUnwritable",
    "of_system",
]


RECOVERS = " ; le bac à sable reprend de lui-même"


class StoreError(Exception):
    """A store cannot be used now; ``what`` names it. Nothing of the unit of work was kept."""

    expected = "un disque où le bac à sable peut écrire, que lui seul tient"
    template = "{what} est inutilisable"
    remedy = "Vérifiez le dossier de l'état."

    def __init__(self, what: str) -> None:
        super().__init__(f"{self.template.format(what=what)}. {self.remedy}")
        self.what = what

    @property
    def at_start(self) -> str:
        """What is said where nothing runs that could recover by itself."""
        return str(self).replace(RECOVERS, ", puis relancez la commande")


class StoreFull(StoreError):
    """There is no room left."""

    template = "disque plein : {what} ne peut plus être écrit"
    remedy = f"Libérez de la place{RECOVERS}."


class StoreReadOnly(StoreError):
    """The file or its file system cannot be written."""

    template = "{what} est en lecture seule"
    remedy = f"Rendez le dossier de l'état accessible en écriture{RECOVERS}."


class StoreLocked(StoreError):
    """Another program holds the lock."""

    template = "{what} est verrouillé par un autre programme"
    remedy = f"Fermez le programme qui tient ce fichier{RECOVERS}."


class StoreUnwritable(StoreError):
    """The system refuses to write or read: a quota, a failing disk."""

    template = "{what} : le système refuse la lecture ou l'écriture (quota, taille limite ou disque en panne)"
    remedy = f"Vérifiez la place et les droits{RECOVERS}."


class StoreDamaged(StoreError):
    """The file is not what it should be."""

    template = "{what} est abîmé ou n'est pas un fichier du bac à sable"
    remedy = "Supprimez le dossier de cette session, ou restaurez-le."


class StoreNewer(StoreError):
    """A newer version of the sandbox wrote it."""

    template = "{what} vient d'une version plus récente du bac à sable"
    remedy = "Mettez lgo-sandbox à jour, ou choisissez un autre dossier avec --state."


_OF_SYSTEM: dict[int | None, type[StoreError]] = {
    errno.ENOSPC: StoreFull,
    getattr(errno, "EDQUOT", errno.ENOSPC): StoreFull,
    errno.EROFS: StoreReadOnly,
    errno.EACCES: StoreReadOnly,
    errno.EPERM: StoreReadOnly,
    errno.EFBIG: StoreUnwritable,
    errno.EIO: StoreUnwritable,
}


def of_system(error: OSError, what: str) -> StoreError | None:
    """Return what an error of the system says about ``what``, None when it is about something else."""
    kind = _OF_SYSTEM.get(error.errno)
    return kind(what) if kind else None
