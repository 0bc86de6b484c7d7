"""Measurements: `make bench` beside others, `make bench-core` alone. Nothing here is a test."""
