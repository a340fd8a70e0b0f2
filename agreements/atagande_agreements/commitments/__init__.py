"""Åtaganden: clauses in force, who owes them, when they fall due and what shows they were kept."""
