"""Gallring: how long each kind of record is kept, and what has gone."""
