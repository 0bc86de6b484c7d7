"""What each rule (contract.md#rules) does to the row, for inputs.

`apply` carries out a rule that `transitions` has found. Timers are in `expiry`.
"""

from __future__ import annotations

from typing import Any

from .assignment import (
    accept,
    become_primary,
    decline,
    give,
    offer,
    skip,
    transfer_offer,
    withdraw_offer,
)
from .departure import close, enter_wrap_up, requeue, resolve, return_from_waiting
from .step import SAME, Step
from .wire import Event


def apply(rule: str, step: Step, event: Event) -> None:
    """Carry out the rule of an input; what follows it at once (X2, R1) included."""
    row, data, settings = step.conversation, event.data, step.conversation.settings
    who: Any = data.get("representative_id")
    if rule == "O1":
        # `auto_accept` (input or workstream) or RE -> in_conversation at once
        auto_accept = data.get("auto_accept", False) or settings.auto_accept
        offer(step, rule, who, forced=False, auto_accept=auto_accept)
    elif rule in ("O2", "X3"):
        # active / in_conversation; forced hold
        give(step, rule, who, forced=True)
    elif rule in ("O3", "X6"):
        # reason assigned_by_supervisor; forced hold; X6 as `O3`
        reason = "assigned_by_supervisor"
        offer(step, rule, who, True, settings.auto_accept, reason)
    elif rule in ("O4", "O5", "X7"):
        if data.get("overflow"):
            # `overflow` counts an overflow transfer
            row.overflow_transfers += 1
        step.change(rule, "open", queue=data["queue_id"])
    elif rule == "O6":
        close(step, rule, data["reason"])
    elif rule == "O7":
        close(step, rule, "customer_left_open")
    elif rule in ("O10", "A7", "B16", "R2", "S2", "D5", "X5", "W3"):
        # W3: release whatever the setting
        close(step, rule, "force_closed")
    elif rule in ("O11", "B15", "R3"):
        close(step, rule, "closed_by_admin")
    elif rule == "A1":
        accept(step, who)
    elif rule == "A2":
        decline(step, rule)
    elif rule == "A4":
        close(step, rule, "customer_left_open")
    elif rule in ("A8", "A10", "B6", "B7", "B19"):
        requeue(step, rule, event)
    elif rule == "A9":
        # awaiting_acceptance with them, assigned_by_supervisor; release; forced hold
        step.release_all(rule)
        offer(step, rule, who, True, settings.auto_accept, "assigned_by_supervisor")
    elif rule == "B1":
        enter_wrap_up(step, rule, "representative_ended")
    elif rule == "B2":
        enter_wrap_up(step, rule, "customer_ended")
    elif rule == "B8":
        # open; release; they are skipped
        skip(row, who)
        step.release_all(rule)
        step.change(rule, "open")
    elif rule == "B9":
        # waiting, awaiting_customer; release at once
        step.release_all(rule)
        step.change(rule, "waiting")
    elif rule == "B10":
        transfer_offer(step, rule, data["to"]["id"], forced=False)
    elif rule == "B13":
        # as `B10`; the hold, when it starts, is forced
        transfer_offer(step, rule, who, forced=True)
    elif rule in ("B11", "B12"):
        # release at once; transfer counted
        row.transfers += 1
        step.release_all(rule)
        stage = "with_external" if rule == "B11" else "with_bot"
        step.change(rule, stage, party={"kind": data["to"]["kind"], "id": data["to"]["id"]})
    elif rule == "B14":
        resolve(step, rule)
    elif rule == "B17":
        become_primary(step, who, row.offer_forced)
    elif rule == "B18":
        withdraw_offer(step)
    elif rule == "R1":
        close(step, rule, "closed_by_representative")
    elif rule == "E1":
        is_forced = event.type == "supervisor.force_close"
        close(step, rule, "force_closed" if is_forced else "customer_ended")
    elif rule == "D1":
        # open / awaiting_assignment (in that queue)
        step.change(rule, "open", queue=data.get("queue_id", SAME))
    elif rule == "D2":
        close(step, rule, "ended_by_bot")
    elif rule == "D3":
        close(step, rule, "customer_left_active")
    elif rule == "W1":
        close(step, rule, "closed_by_representative")
    elif rule == "X1":
        return_from_waiting(step, rule)
    else:
        raise AssertionError(f"no rule {rule} for an input")
