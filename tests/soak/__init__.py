"""Long runs: what must stay flat, does it?"""
