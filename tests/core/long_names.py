"""The longest ids there are, and the largest numbers, for tests of what fits where."""

from omnistate_schemas.envelope import ID_LENGTH_MAX

NUMBER = 2**53
# What takes most: six bytes each in JSON, four in a row.
IN_JSON, IN_ROWS = "\u0001", "\U00010000"


def long_name(number: int, letter: str) -> str:
    """One of the longest, unlike all others."""
    text = str(number)
    return text + letter * (ID_LENGTH_MAX - len(text))
