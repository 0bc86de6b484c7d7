"""The read model's Redis: one primary, or what Sentinel says is one; no Redis Cluster.

The one package that imports redis. Whatever Redis raises leaves here in the ports' words.
"""
