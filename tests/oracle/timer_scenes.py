"""For each timer, a configuration in which it runs for a minute, and what makes it run."""

from __future__ import annotations

from typing import Any

from .scenes import OF_PRIMARY, OF_TARGET, VARIANTS, Members, config_of
from .vocabulary import AM, LC, PC, RE, VO

MINUTE = 60
KEYS = {
    "offer": "offer_timeout",
    "customer_reconnect": "reconnect_window",
    "representative_reconnect": "representative_reconnect_window",
    "bot_inactivity": "bot_inactivity",
}
WRITTEN = (LC, PC, AM)


def timer_config(stage: str, kind: str, timer: str, authority: str) -> dict[str, Any]:
    """A configuration in which this timer is due after a minute and the others never."""
    name = timer.partition(":")[0]
    never = dict.fromkeys(("open", "active", "wrap_up", "waiting", "resolved"))
    closing: dict[str, Any] = dict(never)
    if name == "auto_close":
        closing = dict.fromkeys(never, MINUTE) | {"waiting": None}
    elif name == "inactivity":
        closing["waiting"] = MINUTE
    config = config_of(
        kind,
        profiles=["daily"],
        auto_close=closing,
        closed_retention=None,
        block_capacity_for_wrap_up=MINUTE if name == "wrap_up_release" else "always",
        **{key: MINUTE if name == mine else None for mine, key in KEYS.items()},
        **_second_edition(stage, kind, timer, authority),
    )
    config["capacity_profiles"] = {"daily": {"limit": 3, "reset": "end_of_day"}}
    return config


def _second_edition(stage: str, kind: str, timer: str, authority: str) -> dict[str, Any]:
    """Where the kind may have them."""
    settings: dict[str, Any] = {}
    name, _, then = timer.partition(":")
    if authority == "upstream":
        settings["authority"] = authority
    if (stage, kind) == ("waiting", RE):
        settings["can_wait"] = True
    if kind in WRITTEN and name == "bot_silence":
        settings["bot_response_timeout"] = MINUTE
    if kind in WRITTEN and name == "idle":
        settings["release_when_idle"] = MINUTE
    if kind in WRITTEN and name == "silence" and (then != "wait" or kind != LC):
        silent = "representative" if then == "requeue" else "customer"
        settings["time_out_rules"] = [{"silent": silent, "after": MINUTE, "then": then}]
    return settings


def start_timer(timer: str, stage: str, kind: str, authority: str) -> list[tuple[str, Members]]:
    """What has to happen in the stage for the timer to run, where the stage alone is not enough."""
    transfer = ("representative.transfer", VARIANTS["representative.transfer:representative"])
    if authority == "upstream" and kind == RE:
        transfer = ("conversation.offered", OF_TARGET)
    consult = ("consult.started", OF_TARGET | {"via": "queue"})
    target_lost = ("representative.disconnected", OF_TARGET)
    if timer == "customer_reconnect" and kind != VO:
        return [("customer.disconnected", {})]
    if timer == "representative_reconnect":
        return [("representative.disconnected", OF_PRIMARY)]
    if timer == "bot_silence":
        return [("customer.messaged", {})]
    if timer == "silence:requeue":
        return [("customer.messaged", {})]
    if timer.startswith("silence"):
        return [("representative.message", OF_PRIMARY)]
    if stage != "in_conversation":
        return []
    if timer == "representative_reconnect:consultant":
        return [consult, target_lost]
    if timer == "representative_reconnect:offered":
        return [target_lost] if kind == RE else [transfer, target_lost]
    offers = kind != RE or authority == "upstream"
    return [transfer] if timer == "offer" and offers else []


def waking(lines: list[tuple[str, Members]], timer: str) -> list[tuple[str, Members]]:
    """With `resume_at` in the X, for the timer `wake`."""
    if timer != "wake":
        return lines
    wake = {"resume_at": "2025-03-05T10:00:00Z"}
    return [
        (variant, members | wake if variant == "representative.close_session" else members)
        for variant, members in lines
    ]
