"""How fast the gateway is on this machine, beside what the machine itself can do."""
