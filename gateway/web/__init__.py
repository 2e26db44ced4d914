"""Providers, programs and people come in here; a view translates, it does not think."""
