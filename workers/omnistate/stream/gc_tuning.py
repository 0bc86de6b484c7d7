"""The garbage collector's settings for processes that run the engine.

Rows and facts hold no cycles, so looking for some after every 700 objects is wasted work.
"""

import gc
from typing import Final

# Four batches under way hold some 200,000; what is freed with them needs no looking for.
YOUNG_OBJECTS: Final = 200_000


def tune_garbage_collection() -> None:
    """Leave what was imported alone, and look for cycles seldom."""
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 10, 10)
