"""The ways in: what comes through each, how often and at what hours, and when the day is busy.

Data alone.
"""

from dataclasses import dataclass
from typing import Final

FIRST_HOUR: Final = 6
# How much comes in during each UTC hour from 06 on: morning peak, after lunch with America awake.
DEMAND: Final = (
    *(0.3, 0.9, 1.8, 2.7, 2.3, 1.5, 1.2, 1.8, 3.3, 3.1, 2.2, 1.6),
    *(1.2, 1.0, 0.8, 0.6, 0.4, 0.25, 0.15, 0.1, 0.06, 0.05, 0.05, 0.04),
)


@dataclass(frozen=True, slots=True)
class Entrance:
    """One way in: what comes through it, how often, and between which UTC hours."""

    weight: float
    workstream_id: str
    gateway: str
    channels: tuple[str, ...]
    queues: tuple[str, ...]
    opens_hour: int = 6
    closes_hour: int = 30
    bot_share: float = 0.0
    appointment_share: float = 0.0
    outbound: bool = False


CHAT: Final = "/gateways/chat"
SOCIAL: Final = ("facebook", "twitter", "apple_messages", "line", "google_business", "teams")
ENTRANCES: Final = (
    Entrance(24, "web-chat", CHAT, ("live_chat",), ("support", "support", "billing"), 7, 25, 0.35),
    Entrance(5, "vip-chat", CHAT, ("live_chat",), ("vip",), 7, 23),
    Entrance(10, "member-chat", CHAT, ("persistent_chat",), ("members",), bot_share=0.25),
    Entrance(9, "text-messages", "/gateways/sms", ("sms",), ("messages",), bot_share=0.15),
    Entrance(9, "whatsapp-care", "/gateways/whatsapp", ("whatsapp",), ("messages",), 6, 30, 0.4),
    Entrance(8, "social-media", "/gateways/social", SOCIAL, ("social",)),
    Entrance(15, "service-line", "/gateways/voice", ("voice",), ("phone",), 7, 24, 0.3),
    Entrance(4, "sales-line", "/gateways/voice", ("voice",), ("sales",), 7, 24),
    Entrance(4, "sales-line", "/gateways/voice", ("voice",), ("sales",), 8, 24, outbound=True),
    Entrance(6, "hotline", "/platforms/hotline", ("voice",), ("hotline",), 7, 22),
    Entrance(
        3, "callbacks", "/gateways/voice", ("voice",), ("callbacks",), 7, 22, appointment_share=1.0
    ),
    Entrance(
        6, "claims", "/gateways/records", ("record",), ("claims",), 6, 26, appointment_share=0.06
    ),
    Entrance(4, "back-office", "/gateways/records", ("record",), ("back-office",), 6, 24),
)
PREFIXES: Final = {
    "live_chat": "chat",
    "persistent_chat": "thread",
    "voice": "call",
    "record": "case",
}
