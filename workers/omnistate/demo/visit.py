"""A customer's side of a conversation: what they still want, and whether they are there."""

from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class Visit:
    """One customer's side of a conversation."""

    gateway: str
    exchanges: int
    returns: int
    on_the_line: bool
    turn: int = 0
    waits: int = 0
    waiting: bool = False
    away: bool = False
    gone: bool = False
