"""`omnistate topics`: the cluster's topics beside topics.yaml, and making them agree.

`plan` and `apply` take the same options. A number that an option or a topic's own entry in
topics.yaml names is compared; a default counts for topics that are yet to be created. So after
`apply --partitions 4` a plan without options finds nothing, and one with `--partitions 8` differs.
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from omnistate.cli.options import CLUSTER, TOPICS, SettingsCommand, with_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from omnistate.adapters.kafka.admin.differences import Declaration, Difference
    from omnistate.adapters.kafka.admin.topic_layout import Plan
    from omnistate.adapters.kafka.clients.connection import Connection
    from omnistate.process.process_settings import Settings
    from omnistate.stream.topology import Topology
else:
    Settings = Any  # typer evaluates the annotations of commands

commands = typer.Typer(
    help="Compare the cluster's topics with topics.yaml, create and alter them.",
)
Partitions = Annotated[
    int | None,
    typer.Option(min=1, help="Partitions, instead of topics.yaml's default; fixed for life."),
]
ReplicationFactor = Annotated[
    int | None,
    typer.Option(min=1, help="Copies, instead of topics.yaml's default; 1 for one broker."),
]


@commands.command("plan", cls=SettingsCommand)
@with_settings(*CLUSTER, *TOPICS)
def plan(
    settings: Settings, partitions: Partitions = None, replication_factor: ReplicationFactor = None
) -> int:
    """Say what differs from topics.yaml; exit status 0 where nothing does, else 1."""
    return _run("plan", settings, partitions, replication_factor)


@commands.command("apply", cls=SettingsCommand)
@with_settings(*CLUSTER, *TOPICS)
def apply(
    settings: Settings, partitions: Partitions = None, replication_factor: ReplicationFactor = None
) -> int:
    """Create missing topics and alter settings; nothing is deleted or shrunk."""
    return _run("apply", settings, partitions, replication_factor)


@commands.command("wait", cls=SettingsCommand)
@with_settings(*CLUSTER, *TOPICS)
def wait(
    settings: Settings,
    group: Annotated[str, typer.Option(help="Whose topics: a worker's name.")],
    timeout: Annotated[
        float | None,
        typer.Option(min=0, metavar="SECONDS", help="Give up then; by default never."),
    ] = None,
) -> int:
    """Wait until every topic that a worker needs is there and fit.

    Exit status 1 where it was waited for in vain, 3 where no broker answered in that time.
    """
    from omnistate.cli.session import run_on_cluster

    async def work(connection: "Connection", topology: "Topology") -> int:
        from omnistate.cli.topic_waiting import await_topics

        await await_topics(connection, topology, group, timeout)
        return 0

    return run_on_cluster(settings, work)


@commands.command("acls", cls=SettingsCommand)
@with_settings(*CLUSTER, *TOPICS)
def acls(
    settings: Settings,
    as_json: Annotated[bool, typer.Option("--json", help="Print a list in JSON.")] = False,
    strimzi: Annotated[
        bool, typer.Option("--strimzi", help="Print KafkaUser resources of Strimzi, in YAML.")
    ] = False,
    user: Annotated[
        str, typer.Option(help="What users are called; {name} is the worker's or client's.")
    ] = "{name}",
    cluster: Annotated[
        str, typer.Option(help="With --strimzi: the name of its Kafka resource.")
    ] = "kafka",
) -> int:
    """Print the least that each worker, client and operator must be permitted; grant nothing."""
    from omnistate.adapters.kafka.admin.access import all_permissions
    from omnistate.cli.access_lists import name_users, to_commands, to_json, to_strimzi
    from omnistate.process.errors import Unusable

    if as_json and strimzi:
        raise Unusable("--json and --strimzi exclude each other")
    physical = settings.connection.physical
    permissions = {
        name: [
            each if each.resource_type == "cluster" else each._replace(name=physical(each.name))
            for each in own
        ]
        for name, own in all_permissions(settings.load_topology()).items()
    }
    access = name_users(permissions, user)
    if as_json:
        print(to_json(access))
    elif strimzi:
        print(to_strimzi(access, cluster), end="")
    else:
        for line in to_commands(access, settings.brokers):
            print(line)
    return 0


def _run(
    verb: str, settings: Settings, partitions: int | None, replication_factor: int | None
) -> int:
    from pydantic import ValidationError

    from omnistate.adapters.kafka.admin.cluster import open_cluster
    from omnistate.adapters.kafka.admin.topic_layout import carry_out, load_declaration, make_plan
    from omnistate.cli.command_end import say
    from omnistate.cli.session import run_on_cluster
    from omnistate.process.errors import ExitStatus, Unusable

    async def work(connection: "Connection", _: "Topology") -> int:
        try:
            declaration = load_declaration(settings.topics_file, partitions, replication_factor)
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
            raise Unusable(f"--partitions, --replication-factor: {problem}") from None
        async with open_cluster(connection) as cluster:
            plan = await make_plan(cluster, declaration)
            if verb == "plan":
                _print_plan(plan, declaration, connection)
                return ExitStatus.FAILED if plan.differences else ExitStatus.DONE
            if plan.obstacles:
                for line in _refusals(plan.obstacles, connection):
                    say("topics apply", f"refused: {line}")
                return ExitStatus.FAILED
            await carry_out(cluster, declaration, plan)
            _print_done(plan, declaration, connection)
        return ExitStatus.DONE

    return run_on_cluster(settings, work)


def _print_plan(plan: "Plan", declaration: "Declaration", connection: "Connection") -> None:
    from omnistate.adapters.kafka.admin.topic_layout import is_obstacle

    for each in plan.differences:
        mark = "!" if is_obstacle(each) else "+" if _is_missing(each) else "~"
        print(f"{mark} {_sentence(each, connection)}")
    count = len(declaration.topology.topics)
    differing = len({each.topic for each in plan.differences})
    _print_defaults(plan, declaration)
    if not differing:
        print(f"{count} topics are as declared")
        return
    print(f"{differing} of {count} topics differ", end="")
    print(f", {len(plan.obstacles)} beyond mending" if plan.obstacles else "")


def _print_done(plan: "Plan", declaration: "Declaration", connection: "Connection") -> None:
    for each in plan.differences:
        print(f"{'created' if _is_missing(each) else 'altered'} {_sentence(each, connection)}")
    _print_defaults(plan, declaration)
    what = "as declared now" if plan.differences else "as declared: nothing to do"
    print(f"{len(declaration.topology.topics)} topics are {what}")


def _print_defaults(plan: "Plan", declaration: "Declaration") -> None:
    from omnistate.adapters.kafka.admin.differences import describe_defaults

    for line in describe_defaults(declaration, plan.found):
        print(f"  {line}")


def _refusals(obstacles: "list[Difference]", connection: "Connection") -> "Iterator[str]":
    """A line for all topics that have the same against them."""
    alike: dict[str, list[str]] = {}
    for each in obstacles:
        name, _, reason = _sentence(each, connection).partition(": ")
        alike.setdefault(reason, []).append(name)
    for reason, names in alike.items():
        others = f" and {len(names) - 1} more" if len(names) > 1 else ""
        yield f"{names[0]}{others}: {reason}"


def _is_missing(difference: "Difference") -> bool:
    from omnistate.adapters.kafka.admin.differences import MissingTopic

    return isinstance(difference, MissingTopic)


def _sentence(difference: "Difference", connection: "Connection") -> str:
    from omnistate.adapters.kafka.admin import differences as kinds

    name = connection.physical(difference.topic)
    match difference:
        case kinds.MissingTopic():
            factor = difference.replication_factor
            return f"{name}: {_partitions(difference.partitions)}, replication factor {factor}"
        case kinds.WrongPartitions():
            why = f"; {difference.obstacle}" if difference.obstacle else ""
            return f"{name}: {_partitions(difference.found)}, {difference.wanted} wanted{why}"
        case kinds.WrongReplication():
            return (
                f"{name}: replication factor {difference.found}, {difference.wanted} wanted; "
                "kafka-reassign-partitions changes it"
            )
        case kinds.WrongSetting():
            return f"{name}: {difference.key}: {difference.found} → {difference.wanted}"


def _partitions(count: int) -> str:
    return f"{count} partition" if count == 1 else f"{count} partitions"
