"""Coded tables of health documents: systems, value sets, models, medicines. Facts in ``data/``."""
