"""Sign-in, sessions, tokens and roles."""
