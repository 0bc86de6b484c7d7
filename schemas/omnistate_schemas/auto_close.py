"""The configuration of a workstream's closings: after how long what is idle is closed."""

from pydantic import Field

from omnistate_schemas.configured import DAY, MINUTE, Configuration, Seconds, by_kind


class AutoClose(Configuration):
    """After how long a conversation is closed, by status. Durations are seconds; null: never."""

    open: Seconds | None = by_kind(
        "Seconds without activity until an open conversation is closed; null: never. On records it "
        "is ignored, unless another system decides.",
        upstream=DAY,
        live_chat=20 * MINUTE,
        persistent_chat=30 * DAY,
        messaging=30 * DAY,
        voice=30 * DAY,
        record=None,
    )
    active: Seconds | None = by_kind(
        "Seconds without activity until a conversation with a representative or an external party "
        "is closed (voice: until its wrap-up begins), and a call with a bot; null: never.",
        upstream=DAY,
        live_chat=None,
        persistent_chat=None,
        messaging=30 * DAY,
        voice=120 * MINUTE,
        record=None,
    )
    wrap_up: Seconds | None = by_kind(
        "Seconds from the beginning of wrap-up until the conversation is closed; null: never. "
        "Records have no wrap-up.",
        upstream=DAY,
        live_chat=15 * MINUTE,
        persistent_chat=DAY,
        messaging=DAY,
        voice=DAY,
        record=None,
    )
    waiting: Seconds | None = by_kind(
        "Seconds that a conversation waits for its customer, counted anew from each message of its "
        "last representative, until it is closed; null: never.",
        upstream=28 * DAY,
        live_chat=28 * DAY,
        persistent_chat=28 * DAY,
        messaging=28 * DAY,
        voice=28 * DAY,
        record=None,
    )
    resolved: Seconds | None = Field(
        default=DAY,
        description="Seconds from a record's resolution until it is closed; null: never.",
    )
