"""Jobs: APScheduler only wakes the work; the truth is in the tables."""
