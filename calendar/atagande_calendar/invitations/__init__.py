"""Kallelser: who is asked to a meeting, what was sent, and what they answered."""
