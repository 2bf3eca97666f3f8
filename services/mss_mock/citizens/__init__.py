"""The citizens' side of the messaging: who may write to whom, and simulated citizens."""
