"""Trappan: what happens, step by step, when a commitment was not kept. Each step is decided on."""
