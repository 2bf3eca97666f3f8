"""An IMAP4rev1 server over the operator's store: octets in, octets out, nothing announced that is not done.

Source: RFC 3501 and the extensions that ``capabilities`` names; specs/mssante.md §5.3. Layers: ``framing`` and
``syntax`` (octets ⇄ values, no I/O), ``fetch``, ``search``, ``structure`` (what is asked of a message, over its stored
octets), ``view`` (what a connection has been told of a folder), ``commands`` (the table), ``server`` (sockets).
"""
