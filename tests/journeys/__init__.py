"""Whole ways of people through the gateway, by its public doors only."""
