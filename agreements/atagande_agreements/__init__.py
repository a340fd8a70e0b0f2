"""What parties promised each other, and whether it was kept. Knows nothing above it."""
