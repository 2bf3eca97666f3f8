"""The INSi téléservice (identité nationale de santé): finds the INS of a person from identity traits, over SOAP 1.2.

Read it in this order: ``service`` (what the others may know), ``app`` (the routes), ``handlers`` (the operations),
``domain`` (the rules), ``codes`` (the rules as data), ``wire`` (octets), ``caller`` (who calls), ``answering`` (how it
says no), ``facts`` and ``checks`` (what we reproach a client), ``seeds`` and ``store`` (who is known), ``resources``
(what testers may add). Source: docs/sources/insi.md.
"""
