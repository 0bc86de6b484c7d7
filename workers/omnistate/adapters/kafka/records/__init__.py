"""Committed records of whole topics: read, followed, published."""
