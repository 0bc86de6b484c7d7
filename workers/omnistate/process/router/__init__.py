"""The router worker's process: follows what is published, and acts while it owns the turn."""
