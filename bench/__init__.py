"""Measurements: `make bench` beside others, `make bench-core` and `make bench-decoding` alone.

Nothing here is a test.
"""
