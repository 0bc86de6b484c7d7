"""The container image: its wheels, how they are put together, the list of its parts."""
