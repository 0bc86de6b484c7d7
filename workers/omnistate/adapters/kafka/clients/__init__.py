"""How any client of a cluster connects, fails and ends."""
