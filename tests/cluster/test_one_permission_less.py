"""A worker that lacks one permission of those that are printed says which one, and does nothing."""

import functools

import pytest
from omnistate.adapters.kafka.admin.access import lag_permissions
from omnistate.adapters.kafka.admin.cluster import Cluster, open_cluster
from omnistate.adapters.kafka.clients.errors import ClusterRefusal

from tests.cluster.locked_centre import TOPOLOGY, WORKERS, LockedCentre
from tests.harness.acls import Acl, open_acls
from tests.harness.waiting import eventually

pytestmark = pytest.mark.slow
# Whoever may do one of these may describe, too, says Kafka.
IMPLYING = {"Read", "Write", "Delete", "Alter"}


def implied(acl: Acl, others: list[Acl]) -> bool:
    """Whether it follows from another permission of the same user."""
    return acl.operation == "Describe" and any(
        each.operation in IMPLYING and each[1:4] == acl[1:4] for each in others
    )


def asked_at_start(worker: str, acl: Acl, prefix: str) -> bool:
    """Whether a worker needs it for its own part, and not for what its API can tell of others."""
    if worker == "lag":
        return True
    group = TOPOLOGY.group(worker)
    name = acl.name.removeprefix(prefix)
    return name in {*group.topics, group.name, f"{group.name}-"}


async def complaint(cluster: Cluster, worker: str) -> str:
    """What a worker would end with at its start; nothing where it would go on."""
    try:
        if worker == "lag":
            await cluster.check_views(lag_permissions(TOPOLOGY))
        else:
            await cluster.check_permissions(TOPOLOGY.group(worker))
    except ClusterRefusal as refusal:
        return str(refusal)
    return ""


def expected(worker: str, acl: Acl) -> str:
    """The one thing that is complained of."""
    kinds = {"topic": "topic", "group": "group", "transactional-id": "transactional id"}
    ids = f"{acl.name}0 and 1 more" if acl.kind == "transactional-id" else acl.name
    said = f"{kinds[acl.kind]} {ids}: {acl.operation}"
    return f"Kafka does not permit user {worker} what it needs: {said}"


@pytest.mark.parametrize("worker", WORKERS)
async def test_each_permission_that_is_taken_away_is_named_and_nothing_else(
    locked: LockedCentre, worker: str
) -> None:
    own = [each for each in locked.printed() if each.user == worker]
    needed = [
        each
        for each in own
        if not implied(each, own) and asked_at_start(worker, each, locked.prefix)
    ]
    assert len(needed) > 5
    async with (
        open_acls(locked.broker.bootstrap) as acls,
        open_cluster(locked.connection(worker)) as cluster,
    ):
        ask = functools.partial(complaint, cluster, worker)
        assert await ask() == ""
        for each in needed:
            await acls.take(each)
            try:
                said = await eventually(f"{each} is missed", ask)
                assert said == expected(worker, each)
            finally:
                await acls.give([each])
            await eventually(f"{each} is there again", ask, lambda said: not said)


@pytest.mark.parametrize("worker", WORKERS)
async def test_a_worker_ends_with_one_line_before_it_is_in_its_group(
    locked: LockedCentre, worker: str
) -> None:
    own = [each for each in locked.printed() if each.user == worker and each.kind == "topic"]
    needed = [each for each in own if asked_at_start(worker, each, locked.prefix)]
    lost = next(each for each in needed if each.operation == "Read")
    # Redis is asked for later than this: there is none.
    found = locked.as_user(worker, redis_url="redis://127.0.0.1:1/0", log_format="json")
    async with open_acls(locked.broker.bootstrap) as acls:
        await acls.take(lost)
        try:
            process = found.worker(worker, ready=False)
            assert process.wait() == 2
        finally:
            await acls.give([lost])
    (last,) = process.said()
    assert last["event"] == "worker_stopped"
    assert last["reason"].endswith(expected(worker, lost))
