"""Möten: network meetings, seminars, SIP, steering meetings and first meetings with AF."""
