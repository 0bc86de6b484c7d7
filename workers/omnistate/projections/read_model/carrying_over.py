"""When a store that was kept from the changes alone goes on with the states; see `partition_role`.

It asks the log; the projector carries out.
"""

from collections.abc import Sequence

from omnistate.projections.keys import Command, Keys, offset_field
from omnistate.projections.read_model.partition_role import neighbour
from omnistate.projections.read_model.progress import PartitionProgress
from omnistate.projections.read_model.store_ports import Source


async def let_states_begin(
    source: Source, keys: Keys, changes: PartitionProgress
) -> Sequence[Command]:
    """What has the states of a partition begun, from their beginning.

    Nothing while there are no states, or while changes of before them are left. Raises
    LogUnavailable.
    """
    states = neighbour(changes.place)
    begun = (await source.bounds([states]))[states]
    if begun.end == 0:
        return ()
    # Asked for only now: whatever was published before the first state lies before this end.
    end = (await source.bounds([changes.place]))[changes.place].end
    if changes.reached < end:
        return ()
    return [("HSET", keys.offsets, offset_field(*states), str(begun.beginning))]
