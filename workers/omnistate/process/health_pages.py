"""The pages of every worker: whether it lives, whether it is ready, what it counts.

They show no conversation and nobody's name, and need no token. They ask nobody else.
"""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from omnistate.process.worker_metrics import CONTENT_TYPE


def add_health_pages(
    app: web.Application,
    readiness: Callable[[], tuple[bool, dict[str, Any]]],
    expose: Callable[[], bytes],
) -> None:
    """Serve `/health/live`, `/health/ready` and `/metrics` from this application."""

    async def live(_: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def ready(_: web.Request) -> web.Response:
        is_ready, state = readiness()
        return web.json_response(state, status=200 if is_ready else 503)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=expose(), headers={"Content-Type": CONTENT_TYPE})

    app.router.add_get("/health/live", live)
    app.router.add_get("/health/ready", ready)
    app.router.add_get("/metrics", metrics)
