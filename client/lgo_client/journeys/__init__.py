"""Journeys: sequences of real calls that tell a story, step by step, with their evidence."""
