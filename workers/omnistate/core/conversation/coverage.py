"""Whether the table and the rules cover each other: what one names, the other has.

Checks alone, made at import before anything is decided by the law; a complaint says what is missing
and where. It changes nothing and decides nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from omnistate_schemas.completeness import Incomplete, check_complete, check_known
from omnistate_schemas.registry import INPUTS, InputType
from omnistate_schemas.vocabulary import KINDS, Kind

from omnistate.core.conversation.recorded import RECORDED
from omnistate.core.conversation.rule import Recorded, Rule
from omnistate.core.conversation.rules import HOLD_RULES, RULES
from omnistate.core.conversation.stages import Stage
from omnistate.core.conversation.transitions import CELLS, FACTS, SIGNS, TIMERS, kinds_meeting

Cells = Mapping[Stage, Mapping[str, tuple[str, ...]]]


def check_rules(cells: Cells, rules: Iterable[Rule]) -> None:
    """Raise Incomplete where a cell names no rule, or a rule is out of every cell's reach."""
    rules = list(rules)
    ids = {rule.id for rule in rules}
    following = [rule.then for rule in rules if rule.then is not None]
    named = [word for _, _, words in _walk(cells) for word in words]
    check_known("transitions.TABLE", named, {*ids, *HOLD_RULES, *SIGNS}, "rule and no sign")
    check_known("rules.RULES, by `then`,", following, ids, "rule")
    for stage, trigger, words in _walk(cells):
        for word in ids.intersection(words):
            if not any(_is_for(rule, word, stage, trigger) for rule in rules):
                raise Incomplete(f"rules.RULES lacks the rule {word} on {trigger} in {stage}")
    for rule in rules:
        if rule.id not in following and not any(
            any(_is_for(rule, word, stage, trigger) for word in words)
            for stage, trigger, words in _walk(cells)
        ):
            raise Incomplete(f"transitions.TABLE lacks the rule {rule.id} {rule.on}".rstrip())


def check_recorded(
    cells: Cells, recorded: Mapping[str, Recorded], inputs: Mapping[str, InputType]
) -> None:
    """Raise Incomplete unless each trigger that a cell records is described, and its type listed.

    The audit goes by that list: a type that is not on it never has no outcome.
    """
    triggers = [trigger for _, trigger, words in _walk(cells) if "rec" in words]
    check_complete("recorded.RECORDED", recorded, triggers, "recorded trigger")
    listed = (name for name, input_ in inputs.items() if input_.recordable)
    written_up = (trigger for trigger, words in _rows(cells) if "W7" in words)
    types = (trigger.partition("/")[0] for trigger in (*triggers, *written_up))
    check_complete("registry._RECORDABLE", listed, types, "recorded input type")


def check_kinds(
    cells: Cells,
    rules: Iterable[Rule],
    recorded: Mapping[str, Recorded],
    kinds_of: Callable[[str], frozenset[Kind]],
) -> None:
    """Raise Incomplete where an action that a stage provides for leads nowhere for a kind.

    A rule with a condition may not apply, so another one has to be there for the kind.
    """
    rules = list(rules)
    for stage, trigger, words in _walk(cells):
        found = [
            rule for rule in rules if any(_is_for(rule, word, stage, trigger) for word in words)
        ]
        if trigger in {*FACTS, *TIMERS} or not found or "x" in words:
            continue
        led = frozenset[Kind]().union(*(rule.kinds for rule in found if rule.when == "always"))
        if "rec" in words:
            led |= recorded[trigger].kinds
        for kind in KINDS:
            if kind in kinds_of(trigger) and kind not in led:
                raise Incomplete(f"rules.RULES: {trigger} in {stage} leads nowhere for {kind}")


def _is_for(rule: Rule, word: str, stage: Stage, trigger: str) -> bool:
    """Whether the word of a cell means this rule there."""
    within = rule.within is None or stage in rule.within
    return rule.id == word and within and trigger.startswith(rule.on)


def _rows(cells: Cells) -> Iterator[tuple[str, tuple[str, ...]]]:
    for _, trigger, words in _walk(cells):
        yield trigger, words


def _walk(cells: Cells) -> Iterator[tuple[Stage, str, tuple[str, ...]]]:
    for stage, row in cells.items():
        for trigger, words in row.items():
            yield stage, trigger, words


def check_law() -> None:
    """Check the law as it is written."""
    check_rules(CELLS, RULES)
    check_recorded(CELLS, RECORDED, INPUTS)
    check_kinds(CELLS, RULES, RECORDED, kinds_meeting)
