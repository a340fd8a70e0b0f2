"""Kompetens: how many of a unit's staff have training that is still valid (A5, K2a-c)."""
