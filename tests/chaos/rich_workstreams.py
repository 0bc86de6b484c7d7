"""The workstreams of `rich_stories`, as they stand in a configuration."""

from typing import Any, Final

# Beside what makes every workstream quick; durations are seconds.
WORKSTREAMS: Final[dict[str, Any]] = {
    "followed-calls": {"channel": "voice", "authority": "upstream", "settle_window": 1},
    "followed-messages": {"channel": "sms", "authority": "upstream", "settle_window": 2},
    "followed-records": {"channel": "record", "authority": "upstream", "units": 10},
    "shared-chats": {
        "channel": "live_chat",
        "parallel_offers": 3,
        "release_when_idle": 1,
        "wrap_up_after_transfer": 30,
        "bot_response_timeout": 1,
        "time_out_rules": [
            {"silent": "representative", "after": 1, "then": "remind"},
            {"silent": "representative", "after": 3, "then": "requeue"},
            {"silent": "customer", "after": 2, "then": "end"},
        ],
    },
    "slow-messages": {
        "channel": "whatsapp",
        "reopen_from_wrap_up": True,
        "bot_response_timeout": 1,
        "time_out_rules": [{"silent": "customer", "after": 2, "then": "wait"}],
    },
    "rich-calls": {"channel": "voice", "units": 20, "wrap_up_after_transfer": 30},
    "slow-records": {
        "channel": "record",
        "can_wait": True,
        "keep_same_representative": True,
        "units": 5,
    },
}
