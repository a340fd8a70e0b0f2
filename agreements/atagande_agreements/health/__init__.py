"""Hälsokontroll: what is missing for an agreement to be followed up, and what to do about it."""
