"""The law as pictures and tables: Mermaid state charts per channel kind, and a table of the rules.

Made from `transitions` and `rules` and nothing else; it returns text and writes no file.
"""

from collections.abc import Iterator
from typing import Final

from omnistate_schemas.vocabulary import KIND_CODES, KINDS, Kind

from omnistate.core.conversation.rule import Rule
from omnistate.core.conversation.rules import FOLLOWING, RULES
from omnistate.core.conversation.sentences import RULE_SENTENCES
from omnistate.core.conversation.stages import STAGES, Stage
from omnistate.core.conversation.transitions import CELLS, kinds_meeting
from omnistate.core.kinds import TRAITS

TITLES: Final[dict[Kind, str]] = {kind: traits.title for kind, traits in TRAITS.items()}


def edges(kind: Kind) -> Iterator[tuple[Stage, str, Rule]]:
    """Every (stage, trigger, rule) that a conversation of `kind` can meet."""
    for stage in STAGES:
        for trigger, words in CELLS[stage].items():
            if kind not in kinds_meeting(trigger):
                continue
            for rule in RULES:
                within = rule.within is None or stage in rule.within
                meant = rule.id in words and trigger.startswith(rule.on)
                if meant and within and kind in rule.kinds:
                    yield stage, trigger, rule
    for rule in FOLLOWING.values():
        if kind in rule.kinds:
            before = [each for each in RULES if each.then == rule.id]
            cause = f"after {', '.join(dict.fromkeys(each.id for each in before))}"
            for stage in dict.fromkeys(each.to for each in before if each.to is not None):
                yield stage, cause, rule


def reachable(kind: Kind) -> set[Stage]:
    """The stages that a conversation of `kind` can come to."""
    found: set[Stage] = {"nothing"}
    known = list(edges(kind))
    while True:
        more = {
            target
            for stage, _, rule in known
            if stage in found
            for target in _targets(kind, stage, rule)
        }
        if more <= found:
            return found
        found |= more


def _targets(kind: Kind, stage: Stage, rule: Rule) -> tuple[Stage, ...]:
    """Where a rule leads: where nobody is asked there are no offers, not even of a transfer."""
    if not TRAITS[kind].asks:
        if rule.party in {"proposed", "withdrawn"}:
            return ()
        if rule.to == "awaiting_acceptance":
            return ("in_conversation",)
    return (rule.to or stage,)


def draw_chart(kind: Kind) -> str:
    """The Mermaid state chart of a channel kind; rules between the same stages share an arrow."""
    stages = reachable(kind)
    arrows: dict[tuple[Stage, Stage], list[str]] = {}
    for stage, _, rule in edges(kind):
        if stage in stages:
            for target in _targets(kind, stage, rule):
                names = arrows.setdefault((stage, target), [])
                if rule.id not in names:
                    names.append(rule.id)
    lines = ["stateDiagram-v2", "    direction TB"]
    for (stage, target), names in arrows.items():
        start = "[*]" if stage == "nothing" else stage
        label = ", ".join(sorted(names, key=lambda name: (name[0], int(name[1:]))))
        if stage == target:
            # Inside the box: the label of an arrow to itself would hide others.
            lines.append(f'    state "{stage}<br/>stays: {label}" as {stage}')
        else:
            lines.append(f"    {start} --> {target}: {label}")
    lines.append("    closed --> [*]")
    return "\n".join(lines)


def list_rules() -> str:
    """A Markdown table of every rule: where from, by what, where to, and in words."""
    lines = [
        "| rule | from | input or timer | to | reason | kinds | the conversation … |",
        "|---|---|---|---|---|---|---|",
    ]
    letters = {kind: code for code, kind in KIND_CODES.items()}
    rows: dict[str, list[tuple[Stage, str, Rule, Kind]]] = {}
    for kind in KINDS:
        stages = reachable(kind)
        for stage, trigger, rule in edges(kind):
            if stage in stages and _targets(kind, stage, rule):
                rows.setdefault(rule.id, []).append((stage, trigger, rule, kind))
    for rule_id in dict.fromkeys(rule.id for rule in RULES):
        found = rows[rule_id]
        cells = [
            f"`{rule_id}`",
            _join(stage for stage, _, _, _ in found),
            _join(f"`{trigger}`" for _, trigger, _, _ in found),
            _join(rule.to or "stays" for _, _, rule, _ in found),
            _join(rule.reason or "" for _, _, rule, _ in found),
            " ".join(dict.fromkeys(letters[kind] for _, _, _, kind in found)),
            RULE_SENTENCES[rule_id],
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _join(words: Iterator[str]) -> str:
    return "<br>".join(dict.fromkeys(word for word in words if word))
