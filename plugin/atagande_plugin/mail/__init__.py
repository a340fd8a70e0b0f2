"""Mail: what is written in it, and the servers it goes through."""
