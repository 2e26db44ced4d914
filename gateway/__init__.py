"""Gateway: an offline-first SMS and USSD messaging gateway."""

__version__ = "0.1.0"
