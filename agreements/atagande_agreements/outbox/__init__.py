"""Utskick: what is to leave the house, written in the same transaction as the change."""

from atagande_agreements.outbox.verbs import Draft, enqueue, enqueue_new

__all__ = ["Draft", "enqueue", "enqueue_new"]
