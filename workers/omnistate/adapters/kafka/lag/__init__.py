"""How far groups are behind, measured from outside: right also when none of their workers runs."""
