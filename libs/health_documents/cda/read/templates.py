"""The templates that readers of entries look for inside other entries: comments, flags, statuses, sub-doses.

Source: specs/cda.md §6; confidence high. Knows no behaviour.
"""

from __future__ import annotations

from health_documents import oids
from health_documents.codes.prescription import FLAGS, OLD_FLAG_TEMPLATES

__all__ = ["KNOWN_INSIDE"]

KNOWN_INSIDE = frozenset(
    {
        oids.T_E_COMMENT_FR,
        oids.T_E_SEVERITY_FR,
        oids.T_E_STATUS_FR,
        oids.T_E_CERTAINTY_FR,
        oids.T_E_CRITICALITY_FR,
        oids.T_E_RANK_FR,
        oids.T_E_TREATMENT_STEP,
        oids.T_E_QUANTITY_FR,
        oids.T_E_SUBSTITUTION_FR,
        oids.T_E_SUBSTITUTED_FR,
        oids.T_E_ITEM_REFERENCE_FR,
        oids.T_E_DISPENSER_REMARK_FR,
        oids.T_E_PATIENT_NOTE[-1],
        oids.T_E_DISPENSER_NOTE[-1],
        oids.T_E_REASON_FR,
        oids.T_E_NEW_DOSAGE[-1],
        oids.T_E_REACTION[1],
        *(flag.template for flag in FLAGS),
        *OLD_FLAG_TEMPLATES,
    }
)
"""Sub-entries that the reader of the entry around them reads."""
