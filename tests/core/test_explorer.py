"""Every abstract state of one conversation, in workstreams of each kind and authority.

In each of some ten thousand states: stage, people, holds and timers agree, it can be closed at
once, and it comes to its end by itself where everybody has gone, or all but a customer who says
nothing. No rule is unreachable without a reason.
"""

import pytest
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.rules import RULE_IDS
from omnistate_schemas.vocabulary import KINDS

from tests.core.deserted import Desertion
from tests.core.explored_workstreams import VARIANTS
from tests.core.explorer import Explorer
from tests.core.unreachable_rules import UNREACHABLE, Holds, Where, unreachable

WORKSTREAMS = [
    Where(kind, authority, variant)
    for kind in KINDS
    for authority in ("engine", "upstream")
    for variant in VARIANTS
]


def waits_by_design(where: Where, row: Conversation) -> bool:
    """Records wait for people: in the queue, and with whoever has them without a window."""
    if where.kind != "record" or not where.engine:
        return False
    if row.stage == "open":
        return not row.holds
    return row.stage == "in_conversation" and not where.rich


def has_gap(where: Where, *, customer_stays: bool) -> bool:
    """Once idleness has given their capacity back (K3), presence no longer knows who is in it.

    By default nothing ends a chat in conversation but its people; where the customer's connection
    may end, that does. Messaging has an `auto_close`.
    """
    if not where.engine or not where.rich:
        return False
    return where.kind == "persistent_chat" or (where.kind == "live_chat" and customer_stays)


def find_left(where: Where, explorer: Explorer, *, customer_stays: bool) -> set[str]:
    """In which stages conversations are left for ever, held by nobody, against the design."""
    desertion = Desertion(explorer, customer_stays=customer_stays)
    found: set[str] = set()
    for key, kept in explorer.states.items():
        left = desertion.leave(kept)
        if left is not None and not waits_by_design(where, left):
            held = [(hold.representative_id, hold.role) for hold in left.holds]
            assert held == [], f"{explorer.way_to(key)}: {left.stage}"
            found.add(left.stage)
    return found


@pytest.mark.parametrize(
    "where",
    [
        pytest.param(where, id="-".join(where), marks=[pytest.mark.slow] if where.rich else [])
        for where in WORKSTREAMS
    ],
)
def test_every_state(where: Where) -> None:
    """What must hold of each state is looked at where the explorer arrives in it."""
    explorer = Explorer(*where)
    explorer.explore()
    assert set(RULE_IDS) - explorer.seen == unreachable(where)
    for customer_stays in (False, True):
        gap = {"in_conversation"} if has_gap(where, customer_stays=customer_stays) else set()
        assert find_left(where, explorer, customer_stays=customer_stays) == gap


def test_every_rule_is_reached_somewhere() -> None:
    assert set.intersection(*map(unreachable, WORKSTREAMS)) == set()


@pytest.mark.parametrize(("rules", "holds"), [(rules, holds) for _, rules, holds in UNREACHABLE])
def test_every_reason_is_needed(rules: str, holds: Holds) -> None:
    """Without it, some workstream would be expected to reach one of its rules."""
    assert set(rules.split()) <= set(RULE_IDS)
    rest = [entry for entry in UNREACHABLE if entry[1:] != (rules, holds)]
    assert any(
        holds(where)
        and set(rules.split())
        - {rule for _, others, hold in rest if hold(where) for rule in others.split()}
        for where in WORKSTREAMS
    )
