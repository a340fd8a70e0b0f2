"""Utskick: what is to leave the house, written in the same transaction as the change."""

from atagande_agreements.outbox.verbs import enqueue

__all__ = ["enqueue"]
