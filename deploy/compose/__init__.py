"""Everything on one machine, in containers; it decides nothing about the product."""
