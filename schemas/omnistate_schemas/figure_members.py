"""The service figures of a row of the read API: what each is called, counts, and is measured in.

The figures worker makes them (`omnistate.projections.figures`); a test holds the two together. It
counts nothing.
"""

from typing import Any, Final

_COUNTS: Final = {
    "offered": "Conversations that became open for the first time.",
    "accepted": "Offered conversations that somebody took for the first time.",
    "accepted_in_time": "Accepted ones whose first wait was within the queue's threshold.",
    "abandoned": "Customers who left before anybody had taken their conversation.",
    "abandoned_in_time": "Abandoned ones whose wait was within the queue's threshold.",
    "handled": "Conversations closed after somebody was in conversation.",
    "wrapped_up": "Wrap-ups that ended.",
    "transfers": "Transfers, each counted when it came about.",
    "reopened": "Waiting conversations that the customer opened again.",
}
_SUMS: Final = {
    "answer_seconds": "Seconds of first waits of accepted conversations, added up.",
    "handle_seconds": "Seconds in conversation and in wrap-up of handled ones, added up.",
    "wrap_up_seconds": "Seconds of wrap-ups that ended, added up.",
}
_AVERAGES: Final = {
    "average_answer_seconds": "Seconds of an accepted conversation's first wait, on average.",
    "average_handle_seconds": "Seconds of a handled conversation's handling, on average.",
    "average_wrap_up_seconds": "Seconds of a wrap-up that ended, on average.",
}
_SHARE: Final = "Accepted in time as a share of accepted, 0 to 1; null where none was accepted."


def _members() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, text in _COUNTS.items():
        found[name] = {"type": "number", "minimum": 0, "description": text, "x-unit": "count"}
    for name, text in _SUMS.items():
        found[name] = {"type": "number", "minimum": 0, "description": text, "x-unit": "seconds"}
    for name, text in _AVERAGES.items():
        found[name] = {
            "type": ["number", "null"],
            "minimum": 0,
            "description": text.replace(".", "; null: of nothing."),
            "x-unit": "seconds",
        }
    found["service_level"] = {
        "type": ["number", "null"],
        "minimum": 0,
        "maximum": 1,
        "description": _SHARE,
        "x-unit": "share",
    }
    return found


FIGURE_MEMBERS: Final = _members()


def describe_figures(schema: dict[str, Any]) -> None:
    """Add the figures to the JSON Schema of a row, whose model takes any numbers."""
    schema["properties"] |= FIGURE_MEMBERS
    schema["additionalProperties"] = True
