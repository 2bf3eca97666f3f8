"""Synthetic people: patients, professionals, structures, personas of a user, generated crowds, printed sheets."""
