"""The stores of a session: the port to their engine, the tables of the core store."""
