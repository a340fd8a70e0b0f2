"""Parter: the association, its organisations, their units, and the people who act for them."""
