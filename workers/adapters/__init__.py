"""Adapters: one driver library each, behind the ports of `workers.runtime.ports`."""
