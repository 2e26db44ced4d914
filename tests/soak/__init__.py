"""Power cuts at any write, on a disk that forgets what was not synced."""
