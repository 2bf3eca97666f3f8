"""ApCV: the carte Vitale on the phone. A public envelope (SOAP 1.2, four actions), answers that are ours.

Source: docs/sources/apcv.md. See README.md.
"""
