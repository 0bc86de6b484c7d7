"""Which of several routers says that it is its turn."""

import json
from collections.abc import Sequence

from tests.harness.worker_process import WorkerProcess


def acting(routers: Sequence[WorkerProcess]) -> list[WorkerProcess]:
    """Those that say that it is their turn."""
    running = [each for each in routers if each.running]
    pages = (json.loads(each.get("/health/ready")[1] or "{}") for each in running)
    return [each for each, page in zip(running, pages, strict=True) if page.get("acting")]
