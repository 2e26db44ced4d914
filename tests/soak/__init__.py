"""Faults at random moments: power cuts on a disk that forgets, kills, lines cut, full disks."""
