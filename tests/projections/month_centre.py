"""The centre of a month that is loaded: another system's workstreams, queues and people."""

from typing import Any, Final

from omnistate_schemas.times import DAY_MS, format_time, parse_time_ms

MONTH: Final = "2026-03-01T00:00:00Z"
DAYS: Final = 30
BEGIN_MS: Final = parse_time_ms(MONTH)
END: Final = format_time(BEGIN_MS + 2 * DAYS * DAY_MS)
THRESHOLDS_S: Final = {"support": 20, "sales": 60, "billing": 30, "vip": 5}
CHANNELS: Final = {
    "line": "voice",
    "hotline": "voice",
    "chat": "live_chat",
    "social": "whatsapp",
    "cases": "record",
}
PEOPLE: Final = [f"person-{number}" for number in range(12)]
# Who hands over may write up for longer than any loading takes: they end it themselves, or not.
WRITE_UP_S: Final = 3_600
CENTRE: Final[dict[str, Any]] = {
    "workstreams": {
        name: {
            "channel": channel,
            "authority": "upstream",
            "wrap_up_after_transfer": None if name == "hotline" else WRITE_UP_S,
            **({"keep_same_representative": False} if name == "social" else {}),
        }
        for name, channel in CHANNELS.items()
    },
    "queues": {name: {"service_level_threshold": s} for name, s in THRESHOLDS_S.items()},
}
ACTIONS: Final = ("representative.hold", "representative.unhold", "representative.transfer")
