"""Kalenderadresser: what someone is asked to, as a calendar that their own program fetches."""
