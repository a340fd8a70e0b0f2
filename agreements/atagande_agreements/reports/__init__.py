"""Rapporter: what was found over a period, made once and kept as it was issued."""
