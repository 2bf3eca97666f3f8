"""Why the system refused, in French: its own words come in the language of the C library. Knows nothing else."""

from __future__ import annotations

import errno

__all__ = ["reason"]

_REASONS = {
    errno.ENOENT: "il n'existe pas",
    errno.ENOTDIR: "ce n'est pas un dossier",
    errno.EISDIR: "c'est un dossier",
    errno.EEXIST: "il existe déjà",
    errno.EACCES: "l'accès est refusé",
    errno.EPERM: "l'accès est refusé",
    errno.EROFS: "le disque est en lecture seule",
    errno.ENOSPC: "le disque est plein",
    errno.ENAMETOOLONG: "le nom est trop long",
    errno.EADDRINUSE: "il est déjà pris",
    errno.EADDRNOTAVAIL: "cette adresse n'est pas de cette machine",
    errno.ENOEXEC: "ce n'est pas un programme",
}


def reason(error: OSError) -> str:
    """Return in French why the system refused a file, a program or a port."""
    return _REASONS.get(error.errno or 0, error.strerror or type(error).__name__)
