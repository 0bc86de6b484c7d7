"""The forms of dashboards, and the questions to Prometheus that their tables are made of."""

from typing import Final, Literal, NamedTuple

Unit = Literal["short", "s", "percentunit", "reqps"]
RATE: Final = "[2m]"


class Query(NamedTuple):
    """One question; the legend may name labels: {{group}}."""

    expression: str
    legend: str


class Panel(NamedTuple):
    """One diagram; units are Grafana's names for them."""

    title: str
    unit: Unit
    queries: tuple[Query, ...]


class Dashboard(NamedTuple):
    """One page of diagrams; its name is its file's."""

    name: str
    title: str
    panels: tuple[Panel, ...]


def by(expression: str, *labels: str) -> Query:
    """By these labels, which the legend names."""
    return Query(expression, " ".join(f"{{{{{label}}}}}" for label in labels))


def rate(metric: str, *labels: str) -> Query:
    """What happens a second, by labels; 0 where nothing of it has happened yet."""
    if not labels:
        return Query(f"sum(rate({metric}{RATE}))", "all")
    return by(or_zero(f"sum by ({', '.join(labels)}) (rate({metric}{RATE}))"), *labels)


def or_zero(expression: str) -> str:
    """What it answers; a single 0 without labels where it answers nothing."""
    return f"{expression} or vector(0) unless on () {expression}"


def quantile(metric: str, share: float) -> Query:
    """A share of what a histogram saw, 0 where it saw nothing."""
    name = f"{share:.0%}"
    # Without an event there is no quantile: it is 0, not a gap.
    asked = f"histogram_quantile({share}, sum by (le) (rate({metric}_bucket{RATE})))"
    return Query(or_zero(f"({asked} >= 0)"), name)


def figure(name: str) -> Query:
    """A service figure of the last hour, by workstream."""
    chosen = f'omnistate_figures_{name}{{queue="",window="1h",span="current"}}'
    return by(or_zero(f"max by (workstream) ({chosen})"), "workstream")


def of_queues(name: str) -> Query:
    """What the router that acts tells of each queue."""
    return by(or_zero(f"max by (queue) (omnistate_router_{name})"), "queue")
