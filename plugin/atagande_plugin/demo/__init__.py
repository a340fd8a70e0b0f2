"""The demo: the shipped agreement, its real parties, invented people and a year of activity."""
