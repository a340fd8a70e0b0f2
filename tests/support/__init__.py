"""What the tests stand on: databases, a browser, the guard around the network."""
