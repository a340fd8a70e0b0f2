"""Styrgruppen: its decisions, each with paragraph and date."""
