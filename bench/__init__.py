"""Measurements: `make bench` beside others, the other targets `make bench-…` alone.

Nothing here is a test.
"""
