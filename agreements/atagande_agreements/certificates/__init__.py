"""Läkarintyg: what municipalities report of the certificates they receive, by clinic (P2)."""
