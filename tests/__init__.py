"""The tests. Shared fixtures are in `surroundings/`; tables of cases in `vectors/`."""
