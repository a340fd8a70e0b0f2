"""Gemensam tid: when people of several organisations can meet, and polls of proposed times."""
