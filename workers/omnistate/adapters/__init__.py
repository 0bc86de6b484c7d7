"""Adapters: one driver library each, behind the ports of `omnistate.stream.ports`."""
