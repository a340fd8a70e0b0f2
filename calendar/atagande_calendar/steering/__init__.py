"""Styrgruppens möten: an agenda that fills itself, decisions, dissents and minutes."""
