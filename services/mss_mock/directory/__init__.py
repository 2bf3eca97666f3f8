"""The Annuaire Santé: who is in it, what it answers to a search, and its extraction files. Knows no HTTP.

Source: docs/sources/annuaire.md. Reading order: ``records`` (what an entry is), ``crowd`` (the generated ones: people;
``crowd_care`` and ``crowd_sites`` below it) over ``vocabulary``, ``reference`` (the people of the sandbox, with what
``changes`` says), ``register`` (both together), ``resources`` (FHIR forms), ``parameters`` and ``matching`` (how a
search matches), ``search``, ``extraction``.
"""
