"""Mon espace santé: the patient's pages, phone first. Source: docs/sources/dmp.md#mon-espace-sante."""
