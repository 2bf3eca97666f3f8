"""Values and rules of the simulated Dossier pharmaceutique, as pure functions."""
