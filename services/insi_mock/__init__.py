"""The INSi téléservice (identité nationale de santé): finds the INS of a person from identity traits, over SOAP 1.2.

Read it in this order: ``service`` (what the others may know), ``app`` (the routes), ``domain`` (the rules), ``codes``
(the rules as data), ``wire`` (octets), ``authentication`` (who calls), ``seeds`` and ``store`` (who is known),
``resources`` (what testers may add), ``checks`` (what we reproach a client). Source: specs/insi.md.
"""
