"""Values and rules of the service as pure functions; they refuse by raising ``Refused``. Know no wire, no store."""
