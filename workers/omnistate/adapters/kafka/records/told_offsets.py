"""Which unusable records and batches were told of: what is read once more is told of once.

It tells of nothing by itself, and keeps a number for each partition.
"""


class ToldOffsets:
    """How far each partition has been told of."""

    def __init__(self) -> None:
        """Nothing was told of yet."""
        # A batch is met before the records that lie before it: each kind counts by itself.
        self._upto: dict[tuple[str, int, bool], int] = {}

    def take(self, topic: str, partition: int, offset: int, *, batch: bool) -> bool:
        """Whether a record, or a `batch` that begins there, is new; from now on it is not."""
        place = topic, partition, batch
        if offset <= self._upto.get(place, -1):
            return False
        self._upto[place] = offset
        return True
