"""Historik: an append-only, hash-chained account of every change."""

from atagande_agreements.audit.queries import first_broken, history
from atagande_agreements.audit.verbs import Actor, Change, listen, record

__all__ = ["Actor", "Change", "first_broken", "history", "listen", "record"]
