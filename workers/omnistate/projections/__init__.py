"""Read models of the output topics: never authoritative, rebuilt from the topics at any time."""
