"""Förfrågningar: written enquiries from a municipality to a clinic, by opaque number (P3, K4)."""
