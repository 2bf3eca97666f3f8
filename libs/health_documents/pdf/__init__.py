"""PDF/A-1B of health documents: written from values, opened as far as checks need."""
