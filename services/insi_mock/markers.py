"""What the user tells of his work with identities: the names of the markers that the checks of INSi read.

Source: docs/sources/insi.md#identite-douteuse, #profil, #statut, #trait-modifie, #autre-domaine, #trace. A marker about
a person has his matricule, or « NOM PRENOM » as searched, for subject. Knows nothing.
"""

from __future__ import annotations

__all__ = [
    "CHANGED",
    "CHECKED",
    "DENIED",
    "DOCUMENT",
    "DOUBTFUL",
    "FICTITIOUS",
    "GRANTED",
    "MARKERS",
    "QUALIFIED",
    "RECEIVED",
    "RESTORED",
    "TRACED",
    "TRUSTED",
]

DOUBTFUL, FICTITIOUS, RESTORED = "identité douteuse", "identité fictive", "identité rétablie"
DENIED, GRANTED = "profil sans droit INSi", "profil habilité INSi"
CHANGED = "trait strict modifié"
CHECKED = "pièce d'identité contrôlée"
DOCUMENT = "pièce"
"""The member of its detail that names the document."""
QUALIFIED = "identité qualifiée"
RECEIVED, TRUSTED = "INS reçu d'un autre domaine", "contrat de confiance"
TRACED = "trace INSi"

MARKERS = {
    DOUBTFUL: "la personne (matricule, ou « NOM PRENOM »)",
    FICTITIOUS: "la personne",
    RESTORED: "la personne",
    DENIED: "l'identifiant national de l'utilisateur ; vide : tous",
    GRANTED: "l'identifiant national de l'utilisateur ; vide : tous",
    CHANGED: "le matricule",
    CHECKED: "le matricule ; détail : pièce (sans elle, une pièce de confiance)",
    QUALIFIED: "le matricule",
    RECEIVED: "le matricule",
    TRUSTED: "le matricule ; vide : tous",
    TRACED: "le MessageID ; détail : utilisateur, code, matricule",
}
"""Name of a marker → its subject. Accents, case and punctuation do not count."""
