"""The law as pictures and tables: Mermaid state charts per kind and authority, and the rules.

Made from `transitions` and `rules` and nothing else; it returns text and writes no file.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from omnistate_schemas.vocabulary import KIND_CODES, KINDS, Authority, Kind

from omnistate.core.conversation.assignment import AT_ONCE
from omnistate.core.conversation.rule import Rule
from omnistate.core.conversation.rules import FOLLOWING, RULES
from omnistate.core.conversation.sentences import RULE_SENTENCES
from omnistate.core.conversation.stages import STAGES, Stage
from omnistate.core.conversation.transitions import CELLS, FOLLOWED, kinds_meeting
from omnistate.core.kinds import TRAITS

TITLES: Final[dict[Kind, str]] = {kind: traits.title for kind, traits in TRAITS.items()}
# Who decides, as a title of the charts.
DECIDERS: Final[dict[Authority, str]] = {
    "engine": "the engine decides",
    "upstream": "another system decides",
}
_LIVING: Final = frozenset(STAGES) - {"nothing", "closed"}


class Edge(NamedTuple):
    """A rule where a conversation may meet it: from a stage, by a trigger, to another stage."""

    stage: Stage
    trigger: str
    rule: Rule
    target: Stage


def list_edges(kind: Kind, authority: Authority) -> list[Edge]:
    """Every way that a conversation of `kind` may go where `authority` decides."""
    known = [*_edges(kind, authority), *_following(kind, authority)]
    stages = _reach(known)
    return [edge for edge in known if edge.stage in stages]


def reachable(kind: Kind, authority: Authority) -> set[Stage]:
    """The stages that a conversation of `kind` can come to where `authority` decides."""
    return _reach([*_edges(kind, authority), *_following(kind, authority)])


def _reach(edges: Iterable[Edge]) -> set[Stage]:
    edges, found = list(edges), {STAGES[0]}
    while True:
        more = {edge.target for edge in edges if edge.stage in found}
        if more <= found:
            return found
        found |= more


def _edges(kind: Kind, authority: Authority) -> Iterator[Edge]:
    for stage in STAGES:
        for trigger, words in CELLS[stage].items():
            if kind not in kinds_meeting(trigger) or not _happens(kind, authority, stage, trigger):
                continue
            always = {"always", "follows" if authority == "upstream" else "always"}
            decided: set[str] = set()
            for rule in RULES:
                meant = rule.id in words and trigger.startswith(rule.on) and kind in rule.kinds
                if not meant or not (rule.within is None or stage in rule.within):
                    continue
                if rule.id in decided or (rule.when == "follows" and authority == "engine"):
                    continue
                if rule.when in always:
                    # Of one id the first whose condition holds applies, and no other.
                    decided.add(rule.id)
                for target in _targets(kind, authority, stage, rule):
                    yield Edge(stage, trigger, rule, target)


def _happens(kind: Kind, authority: Authority, stage: Stage, trigger: str) -> bool:
    """Whether reports count, and whether a timer runs there that both do not have."""
    if authority == "upstream":
        return True
    if trigger in FOLLOWED:
        return False
    if trigger != "timer.auto_close":
        return True
    traits = TRAITS[kind]
    if stage == "open":
        return traits.closes_open
    if stage == "with_bot":
        return traits.bot_timer == "auto_close"
    return stage != "awaiting_acceptance"


def _following(kind: Kind, authority: Authority) -> Iterator[Edge]:
    for rule in FOLLOWING.values():
        if kind in rule.kinds:
            before = [each for each in RULES if each.then == rule.id]
            cause = f"after {', '.join(dict.fromkeys(each.id for each in before))}"
            for stage in dict.fromkeys(each.to for each in before if each.to is not None):
                for target in _targets(kind, authority, stage, rule):
                    yield Edge(stage, cause, rule, target)


def _targets(kind: Kind, authority: Authority, stage: Stage, rule: Rule) -> tuple[Stage, ...]:
    """Where a rule leads: where nobody is asked, straight to whom it is for, without an offer."""
    if not TRAITS[kind].asks:
        of_an_offer = rule.party == "unoffered" or rule.who == "offered"
        if rule.party == "proposed" or (of_an_offer and authority == "engine"):
            return ()
        rule = AT_ONCE.get(rule.id, rule)
    if rule.party == "unoffered" and rule.to == "open":
        # While another offer is pending the stage stays.
        return (rule.to, stage)
    return (rule.to or stage,)


def draw_chart(kind: Kind, authority: Authority) -> str:
    """The Mermaid state chart; rules between the same stages share an arrow.

    What leads from any stage to the same one is drawn once, from a box of its own.
    """
    arrows: dict[tuple[str, Stage], list[str]] = {}
    stages = reachable(kind, authority)
    edges = list_edges(kind, authority)
    for edge in edges:
        start: str = "[*]" if edge.stage == "nothing" else edge.stage
        if edge.stage != edge.target and _comes_from_anywhere(edge, edges, stages):
            start = "any"
        names = arrows.setdefault((start, edge.target), [])
        if edge.rule.id not in names and not edge.rule.tells:
            names.append(edge.rule.id)
    lines = ["stateDiagram-v2", "    direction TB", '    state "any stage but closed" as any']
    for (start, target), names in arrows.items():
        label = _label(names)
        if start == target and names:
            # Inside the box: the label of an arrow to itself would hide others.
            lines.append(f'    state "{start}<br/>stays: {label}" as {start}')
        elif names:
            lines.append(f"    {start} --> {target}: {label}")
    lines.append("    closed --> [*]")
    return "\n".join(lines)


def _comes_from_anywhere(edge: Edge, edges: list[Edge], stages: set[Stage]) -> bool:
    """Whether the rule leads there, or stays, from each stage that a conversation may be in."""
    found = {
        each.stage
        for each in edges
        if each.rule.id == edge.rule.id and each.target in {edge.target, each.stage}
    }
    return found | {edge.target} >= (stages & _LIVING)


def _label(names: Iterable[str]) -> str:
    """The rules of an arrow, three a line: a wide label would lie upon others."""
    ordered = sorted(names, key=lambda name: (name[0], int(name[1:])))
    lines = [", ".join(ordered[at : at + 3]) for at in range(0, len(ordered), 3)]
    return ",<br/>".join(lines)


def list_rules() -> str:
    """A Markdown table of every rule: where from, by what, where to, and in words."""
    lines = [
        "| rule | from | input or timer | to | reason | kinds | the conversation … |",
        "|---|---|---|---|---|---|---|",
    ]
    letters = {kind: code for code, kind in KIND_CODES.items()}
    rows: dict[str, list[tuple[Edge, Kind]]] = {}
    for kind in KINDS:
        for authority in DECIDERS:
            for edge in list_edges(kind, authority):
                rows.setdefault(edge.rule.id, []).append((edge, kind))
    for rule_id in dict.fromkeys(rule.id for rule in RULES):
        found = rows[rule_id]
        cells = [
            f"`{rule_id}`",
            _list_stages(edge.stage for edge, _ in found),
            _join(f"`{edge.trigger}`" for edge, _ in found),
            _join(edge.rule.to or "stays" for edge, _ in found),
            _join(edge.rule.reason or "" for edge, _ in found),
            " ".join(letters[kind] for kind in KINDS if any(kind == each for _, each in found)),
            RULE_SENTENCES[rule_id],
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _list_stages(stages: Iterator[Stage]) -> str:
    found = set(stages)
    if found >= _LIVING:
        return "any but closed"
    return "<br>".join(stage for stage in STAGES if stage in found)


def _join(words: Iterator[str]) -> str:
    return "<br>".join(dict.fromkeys(word for word in words if word))
