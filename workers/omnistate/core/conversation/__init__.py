"""The law of conversations: what follows what, what it costs, and which deadlines it sets."""
