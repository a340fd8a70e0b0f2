"""Uppföljning: how obligations stand in a period, computed from their occurrences."""
