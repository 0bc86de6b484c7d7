"""Tables that go together: a name that one has and another lacks is an error at import.

It compares names and words the complaint; what a table means stands where the table is.
"""

from collections.abc import Iterable


class Incomplete(Exception):
    """Something was added in one place and forgotten in another; the message says where."""


def check_complete(table: str, given: Iterable[str], needed: Iterable[str], what: str) -> None:
    """Raise Incomplete unless `table` has an entry for each `needed` name and for no other.

    `given` are the names that it has; `what` says what they are names of, such as `input type`.
    """
    given, needed = list(given), list(needed)
    missing = [name for name in dict.fromkeys(needed) if name not in given]
    if missing:
        raise Incomplete(f"{table} lacks the {what} {', '.join(missing)}")
    check_known(table, given, needed, what)


def check_known(table: str, given: Iterable[str], known: Iterable[str], what: str) -> None:
    """Raise Incomplete where `table` names something that is not among the `known` names."""
    known = set(known)
    unknown = [name for name in dict.fromkeys(given) if name not in known]
    if unknown:
        raise Incomplete(f"{table} has {', '.join(unknown)}, which is no {what}")
