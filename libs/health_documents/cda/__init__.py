"""CDA R2 documents: ``write``, ``read``; ``rewrite`` turns what was read into a header, ``html`` shows it to people."""
