"""Avvikelser: a *ska* that was not kept, the party's reply, and the group's decision."""
