"""What `omnistate worker projection` runs: settings, engine, read API and shell put together.

It decides nothing; what the worker does is elsewhere.
"""

from aiohttp import web

from omnistate.adapters.redis.change_stream import ChangeStream
from omnistate.adapters.redis.listings import Listings
from omnistate.adapters.redis.read_model_reader import ReadModel
from omnistate.process.environment import PREFIX
from omnistate.process.errors import Unusable
from omnistate.process.faust_host import run_engine
from omnistate.process.logs import configure_logs
from omnistate.process.process_settings import Settings
from omnistate.process.projection.board_page import load_board
from omnistate.process.projection.lag_watch import LagWatch
from omnistate.process.projection.projection_engine import GROUP, ProjectionEngine
from omnistate.process.projection.projection_metrics import ProjectionMetrics
from omnistate.process.projection.projection_report import ProjectionReport
from omnistate.process.projection.read_api import ReadApi
from omnistate.process.projection.routing_watch import RoutingWatch
from omnistate.projections.read_model.store_ports import KeyReport
from omnistate.stream.topology import Topology


def run_projection(settings: Settings) -> int:
    """Run until a signal; the exit status. Raises Unusable."""
    url = settings.redis_url
    if url is None:
        raise Unusable(f"{PREFIX}REDIS_URL is needed: it says where the read model is kept")
    configure_logs(settings.log_level, settings.log_format)
    metrics = ProjectionMetrics()
    report = ProjectionReport(metrics, bar=settings.log_format == "console")
    topology = settings.load_topology()
    engine = ProjectionEngine(settings, url, topology, report)
    api = _make_api(settings, url, topology, engine, metrics, report.key_unusable)
    metrics.watch(
        engine.lags,
        lambda: engine.readiness()[0],
        lambda: api.feed.readers if api else 0,
    )

    def add_routes(app: web.Application) -> None:
        if api is not None:
            api.add_routes(app)
        app.router.add_get("/board", _show_board)

    return run_engine(GROUP, settings, engine, metrics, add_routes)


def _make_api(
    settings: Settings,
    url: str,
    topology: Topology,
    engine: ProjectionEngine,
    metrics: ProjectionMetrics,
    report_key: KeyReport,
) -> ReadApi | None:
    """The read API, where a token is configured."""
    if settings.api_token is None:
        return None
    return ReadApi(
        settings.api_token,
        ReadModel(url, engine.keys, report_key),
        Listings(url, engine.keys, report_key),
        ChangeStream(url, engine.keys),
        LagWatch(settings.connection, topology, GROUP, engine.offsets),
        RoutingWatch(settings.connection, topology),
        engine.readiness,
        metrics.requested,
    )


async def _show_board(_: web.Request) -> web.Response:
    page = load_board()
    return web.Response(body=page.body, headers=page.headers)
