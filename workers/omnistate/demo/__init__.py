"""A contact centre's day that only publishes inputs and reads outputs, in simulated time.

It must not import the engine, ask a clock or draw from anything but its one seeded source.
"""
