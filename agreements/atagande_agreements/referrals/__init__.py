"""Första möten med Arbetsförmedlingen: the way of a case there, by opaque number and dates only."""
