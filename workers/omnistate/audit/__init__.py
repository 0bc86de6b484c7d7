"""The audit: what is on the topics proves, or disproves, that the laws held.

It reads committed records and nothing else. Only `replay` runs the engine's code; every other
module counts once more by its own means.
"""
