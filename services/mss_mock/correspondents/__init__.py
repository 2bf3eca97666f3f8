"""Correspondents of the pharmacy, simulated: who sends documents, and the corpus of what can come."""
