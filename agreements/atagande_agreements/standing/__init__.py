"""Redovisning: what a party itself says of its standing commitments, and the services it offers."""
