"""Values and rules of the DMP as pure functions; they refuse by raising ``Refused`` or ``XdsFailure``.

Source: docs/sources/dmp.md; each module names its section. Knows codes, no web framework, no XML, no store.
"""
