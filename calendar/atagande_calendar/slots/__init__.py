"""Mottagningens tider: hours, closures, and the 60-minute slots that can be booked."""
