"""A whole contact centre on this machine, live: `make live`."""
