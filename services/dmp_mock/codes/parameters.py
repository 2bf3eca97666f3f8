"""The parameter file of the DMP (param-lps): where it is, what it tells, how often it may be fetched.

Source: docs/sources/dmp.md#param-lps (address, redirects, 24 hours, names of four parameters: medium; the schema of the
file and the other names: unknown, ours). Knows no session.
"""

from __future__ import annotations

from datetime import timedelta

__all__ = [
    "CACHED",
    "CUMUL",
    "FETCH",
    "MAJORITY",
    "MINORS",
    "NAMESPACE",
    "OFTEN",
    "PATH",
    "REDIRECTED",
    "SIMULATION",
    "WEB_PS",
]

FETCH = "param-lps"
"""The operation that no transaction is: reading the parameter file."""
PATH = "/web/dmp/documents/param-lps"
REDIRECTED = f"{PATH}.xml"
"""Where the option ``param_redirect`` sends."""
NAMESPACE = "urn:lgo-sandbox:simulation:param-lps:1"
SIMULATION = (
    "SIMULATION : le schéma du vrai fichier param-lps n'est pas public. Cette forme est celle du bac à sable ; seuls "
    "les noms fonctions-gestion-mineurs et cumul-invisible_patient-masque_ps sont ceux du guide."
)

CACHED = timedelta(hours=24)
"""How long a client may keep the file (EX_GEN-1222)."""
OFTEN = 12
"""Downloads in that time from which a client is told that it keeps nothing: ours, several workstations may fetch."""

MINORS, MAJORITY, CUMUL = "fonctions-gestion-mineurs", "age-majorite", "cumul-invisible_patient-masque_ps"
WEB_PS = {
    "url-web-ps-tableau-de-bord": "TableauDeBord",
    "url-web-ps-dossier-patient": "DossierPatient",
    "url-web-ps-gestion-dmp-patient": "GestionDMPPatient",
    "url-web-ps-documents": "Documents",
    "url-web-ps-parcours-de-soins": "ParcoursDeSoins",
    "url-web-ps-historique-acces": "HistoriqueAcces",
    "url-web-ps-parametrages": "Parametrages",
    "url-web-ps-volontes-et-droits": "VolontesEtDroits",
    "url-web-ps-carnet-vaccination": "CarnetVaccination",
}
"""Name (ours) → page of the Web-PS (docs/sources/dmp.md#web-ps, high)."""
