"""The law of conversations and of capacity.

Pure: no I/O, no clock, no randomness, no logging. Time, ids and configuration come in as data.
"""
