"""A group's coordinator: looked for again while it moves, and what is denied is told as that."""

from typing import Any

import pytest
from aiokafka.errors import CoordinatorNotAvailableError, GroupAuthorizationFailedError
from omnistate.adapters.kafka.admin.group_coordinator import ask_coordinator
from omnistate.adapters.kafka.clients.errors import ClusterRefusal


class Admin:
    """Finds a coordinator once it has raised what it was given."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = [*errors]

    async def find_coordinator(self, _: str) -> int:
        if self.errors:
            raise self.errors.pop(0)
        return 7


async def asked(admin: Any) -> int:
    async def ask(_admin: Any, _group: str, node: int) -> int:
        return node

    found: int = await ask_coordinator(admin, "centre", "asking centre", ask, lambda _: 0)
    return found


async def test_it_is_looked_for_again_while_it_moves() -> None:
    assert await asked(Admin(*[CoordinatorNotAvailableError()] * 3)) == 7


async def test_a_group_that_may_not_be_looked_at_is_a_refusal() -> None:
    """So that a command ends as with any permission that is missing."""
    with pytest.raises(ClusterRefusal, match="asking centre: GroupAuthorizationFailed"):
        await asked(Admin(GroupAuthorizationFailedError("centre")))
