"""What follows from what a representative holds in all partitions: totals and presence."""
