"""The Ségur requirement catalogue as data. See ``lgo_sandbox.requirements.catalogue``."""

from lgo_sandbox.requirements.catalogue import (
    Catalogue,
    CatalogueError,
    MalformedCatalogue,
    Requirement,
    UnknownFamily,
    UnknownRequirement,
    catalogue,
)

__all__ = [
    "Catalogue",
    "CatalogueError",
    "MalformedCatalogue",
    "Requirement",
    "UnknownFamily",
    "UnknownRequirement",
    "catalogue",
]
