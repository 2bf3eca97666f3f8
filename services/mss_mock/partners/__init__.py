"""Simulated correspondents: what professionals, structures and their software do with a mail, by themselves."""
