"""Measurements, run by hand: `make bench-core`. Nothing here is a test or has a threshold."""
