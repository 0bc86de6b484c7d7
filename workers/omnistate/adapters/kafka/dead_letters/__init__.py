"""Dead letters: read, counted and put back."""
