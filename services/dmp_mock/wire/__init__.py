"""Bytes to values and back: the only room of the DMP that knows XML, SOAP and MIME.

Source: docs/sources/dmp.md; each module names its section. Decides nothing.
"""
