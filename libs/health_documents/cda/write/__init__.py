"""Writers of CDA R2 documents. Share constants and values with ``read``, nothing else."""
