"""What a user would take instead of omnistate, each doing the trivial count, each a process.

A peer reads the inputs, counts by key, and says one output and one table record for each event. It
imports nothing of omnistate, so that it runs with a Python of its own.
"""
