"""Typed values of health documents: what writers take and readers give back."""
