"""What each rule (contract.md#rules) does to the row, for facts and actions.

`apply` carries out a rule that `transitions` has found. Timers are in `expiry`, reports in
`reporting`.
"""

from __future__ import annotations

from typing import Any

from .assignment import (
    BY_SUPERVISOR,
    decline,
    end_offers,
    give,
    hand_over,
    is_given_at_once,
    offer,
    offer_transfer,
    skip,
    withdraw,
    withdraw_transfer,
)
from .attributes import update
from .departure import (
    close,
    enter_wrap_up,
    leave,
    promote_consultant,
    reopen_from_wrap_up,
    resolve,
    return_from_waiting,
)
from .descriptions import before_change
from .recording import resume_at
from .silences import hear
from .step import SAME, Step
from .wire import Event, parse_time

FORCED = ("O10", "A7", "B16", "R2", "S2", "D5", "X5", "W3")
REASON_OF_CLOSING = {
    "O7": "customer_left_open",
    "A4": "customer_left_open",
    "O11": "closed_by_admin",
    "B15": "closed_by_admin",
    "R3": "closed_by_admin",
    "S4": "closed_by_admin",
    "X10": "closed_by_admin",
    "R1": "closed_by_representative",
    "W1": "closed_by_representative",
    "X9": "closed_by_representative",
    "D2": "ended_by_bot",
    "D3": "customer_left_active",
    "E4": "external_ended",
}


def apply(rule: str, step: Step, event: Event) -> None:
    """Carry out the rule of an input; what follows it at once (X2, R1) included."""
    if rule in FORCED or (rule == "E1" and event.type == "supervisor.force_close"):
        # release whatever the setting
        close(step, rule, "force_closed", releases_all=True)
    elif rule == "Z1":
        close(step, rule, event.data["reason"], releases_all=True)
    elif rule in ("O6", "N5"):
        close(step, rule, event.data["reason"])
    elif rule == "E1":
        close(step, rule, "customer_ended")
    elif rule in REASON_OF_CLOSING:
        close(step, rule, REASON_OF_CLOSING[rule])
    elif rule == "U1":
        _update(step, event)
    elif rule in _ASSIGNING:
        _assign(rule, step, event)
    elif rule in _REQUEUING:
        _requeue(rule, step, event)
    else:
        _move_on(rule, step, event)


_ASSIGNING = ("O1", "A13", "O2", "N6", "X3", "E5", "O3", "X6", "N1", "A9")
_REQUEUING = ("O4", "O5", "X7", "N2", "A8", "A10", "B6", "B7", "B19", "D1", "E3")


def _assign(rule: str, step: Step, event: Event) -> None:
    """Somebody is to have it, as an offer or at once."""
    data = event.data
    who: Any = data["representative_id"]
    if rule in ("O1", "A13"):
        # A9 and A13 give a record at once, as O1 and O3 do
        offer(
            step,
            rule,
            who,
            forced=False,
            at_once=is_given_at_once(step, data.get("auto_accept", False)),
            reservation=data.get("reservation"),
        )
    elif rule in ("O2", "N6", "X3", "E5"):
        # active / in_conversation; forced hold
        give(step, rule, who, forced=True)
    else:
        # O3, X6, N1, A9: reason assigned_by_supervisor; forced hold
        end_offers(step, rule)
        at_once = is_given_at_once(step)
        offer(step, rule, who, forced=True, at_once=at_once, reason=BY_SUPERVISOR)


def _requeue(rule: str, step: Step, event: Event) -> None:
    """Open, in the queue that the input names, if any; release."""
    data = event.data
    queue = data.get("queue_id", SAME)
    if event.type == "representative.transfer":
        queue = data["to"]["id"]
    if data.get("overflow"):
        # `overflow` counts with every `router.move` that is accepted
        step.conversation.overflows += 1
    if rule == "A8":
        # no transfer is counted
        withdraw(step, rule, data["representative_id"], queue=queue)
    else:
        leave(step, rule, "open", queue=queue)


def _move_on(rule: str, step: Step, event: Event) -> None:
    row, data = step.conversation, event.data
    who: Any = data.get("representative_id")
    if rule in ("A1", "B17"):
        pending = row.offer_to(who)
        assert pending is not None
        accept = give if rule == "A1" else hand_over
        accept(step, rule, who, forced=pending.forced)
    elif rule == "A2":
        decline(step, rule, who, data.get("reason"))
    elif rule == "A11":
        withdraw(step, rule, who)
    elif rule == "B1":
        enter_wrap_up(step, rule, "representative_ended")
    elif rule == "B2":
        enter_wrap_up(step, rule, "customer_ended")
    elif rule == "B8":
        # open; release; they are skipped, but where `B23` is in its place
        if not promote_consultant(step):
            skip(row, who)
            leave(step, rule, "open")
    elif rule == "B9":
        row.wake_at = resume_at(event, step.now)
        leave(step, rule, "waiting")
    elif rule == "B10":
        offer_transfer(step, rule, data["to"]["id"], forced=False)
    elif rule == "B13":
        # as `B10`; the hold, when it starts, is forced
        offer_transfer(step, rule, who, forced=True)
    elif rule in ("B11", "B12"):
        stage = "with_external" if rule == "B11" else "with_bot"
        leave(step, rule, stage, party={"kind": data["to"]["kind"], "id": data["to"]["id"]})
    elif rule == "B14":
        resolve(step, rule)
    elif rule == "B18":
        withdraw_transfer(step, rule, who)
    elif rule == "R5":
        # with the same representative, forced hold; the session is open again
        assert row.representative_id is not None
        row.session_closed = False
        give(step, rule, row.representative_id, forced=True)
    elif rule == "W8":
        # and the message of `W8` begins a silence
        hear(row, event.type, step.now)
        reopen_from_wrap_up(step, rule)
    elif rule == "X1":
        return_from_waiting(step, rule)
    elif rule == "N3":
        row.bot_owes_since = None
        leave(step, rule, "with_bot", party={"kind": "bot", "id": data["bot_id"]})
    elif rule == "N4":
        row.scheduled_for = parse_time(data["scheduled_for"])
        row.promised_to = who
        leave(step, rule, "scheduled")
    else:
        raise AssertionError(f"no rule {rule} for an input")


def _update(step: Step, event: Event) -> None:
    """U1: where the cost changes, each hold for handling is released and taken anew."""
    row, data = step.conversation, event.data
    before = before_change(row, step.at)
    cost = (row.units, {*row.profiles})
    row.priority = data.get("priority", row.priority)
    row.attributes = update(row.attributes, data.get("attributes", {}))
    row.units, row.profiles = cost_after(row.units, row.profiles, row.settings.profiles, data)
    if cost != (row.units, {*row.profiles}):
        for hold in row.holds:
            if hold.role in ("primary", "consultant"):
                step.release(hold, "U1")
                whose, kept = hold.representative_id, hold.release_at
                step.hold(whose, hold.role, "U1", forced=True, release_at=kept)
    duration = row.hold_duration(step.at)
    # Activity: ... every published change (but `U1`)
    step.tell("U1", before, duration / 1000 if duration else None, is_activity=False)


def cost_after(
    units: int, profiles: list[str], shared: tuple[str, ...], data: dict[str, Any]
) -> tuple[int, list[str]]:
    """What it costs: `profiles` replace those of the start (the workstream's stay)."""
    if "profiles" in data:
        profiles = list(dict.fromkeys([*shared, *data["profiles"]]))
    return data.get("units", units), profiles
