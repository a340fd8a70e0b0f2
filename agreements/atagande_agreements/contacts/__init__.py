"""Kontaktvägar: how officials of the other parties reach a party, by function (A4)."""
