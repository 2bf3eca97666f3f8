"""The stores of a session: the port to their engine, its implementations, and the tables that are the sandbox's own.

Rooms: ``port`` (what everybody may use), ``opening`` (which implementation a state directory has), ``schema``
(versions and migrations), ``archive`` (a session as one file), ``locks``, ``errors``, ``tables``; ``sqlite`` is the
only room that knows an engine. Another engine is another room beside it and changes nothing outside.
"""
