"""What a representative's totals change in the read model: their hash, and whether they are listed.

The topic is a table: the last value of a key counts, and a tombstone takes them away.
"""

from collections.abc import Iterable

from omnistate.projections.keys import Command, Keys, is_ambiguous
from omnistate.projections.read_model.conversation_effects import ModelEffects
from omnistate.projections.read_model.output_records import Capacity


def project_capacities(keys: Keys, capacities: Iterable[Capacity]) -> ModelEffects:
    """What the totals come to, in the order of their partition; only the last of each is written.

    One whose hash would have the name of another one's set is left out.
    """
    last: dict[str, Capacity] = {}
    applied = skipped = 0
    for each in capacities:
        if is_ambiguous(each.representative_id):
            skipped += 1
            continue
        applied += 1
        last[each.representative_id] = each
    commands: list[Command] = []
    for id_, each in last.items():
        key = keys.representative(id_)
        commands.append(("DEL", key))
        if each.fields is None:
            commands.append(keys.forget_representative(id_))
        else:
            pairs = [part for pair in each.fields.items() for part in pair]
            commands.append(("HSET", key, *pairs))
            commands.append(("SADD", keys.representatives, id_))
    return ModelEffects(commands, applied, skipped)
