"""Readers of CDA R2 documents. Share constants and values with ``write``, nothing else."""
