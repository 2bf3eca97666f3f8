"""The stores on SQLite: a file per store, or memory, used inline by one event loop. The only room that knows SQLite.

WAL with ``synchronous=NORMAL`` keeps every committed transaction when the process is killed. Source: design of the
project (State).
"""
