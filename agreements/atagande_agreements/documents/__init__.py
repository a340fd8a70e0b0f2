"""Dokument: the agreement's texts in frozen versions, and the decisions to update them (F3)."""
