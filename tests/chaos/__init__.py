"""The engine on a real broker, under fire: seeded faults, and an account of what is left.

`python -m tests.chaos --rounds 10 --seed 1`, or `make chaos`. Nothing here is run by the engine.
"""
