"""What the tests stand on: a real Redis, a real browser, and a wall around this machine."""
