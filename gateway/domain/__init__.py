"""What a message is and what the gateway decides about it.

Nothing in this folder does I/O, reads the clock, or imports another room.
"""
