"""Measures what the service is held to. `python -m benchmarks --help` says what can be chosen."""
