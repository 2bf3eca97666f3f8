"""Official codes of the DMP as data: operations, faults, rights, VIHF attributes, XDS metadata, stored queries.

Source: docs/sources/dmp.md; each module names its section. Data, not branches: this room knows nothing of the others.
"""
