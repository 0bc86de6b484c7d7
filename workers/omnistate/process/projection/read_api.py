"""The read API: JSON from the read model, for whoever knows the worker's token.

Served by the web server that Faust runs. Without a token configured there is no such page. It only
reads, and no answer, log line or metric shows the token.
"""

import hmac
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web
from omnistate_schemas.endpoints import ENDPOINTS
from omnistate_schemas.explained_routing import ConversationRouting, QueueRouting
from omnistate_schemas.openapi import text
from omnistate_schemas.read_api import FiguresList, Problem, QueueList, RepresentativeList
from pydantic import BaseModel, SecretStr

from omnistate.adapters.redis.change_stream import ChangeStream
from omnistate.adapters.redis.listings import Listings
from omnistate.adapters.redis.read_model_reader import ReadModel
from omnistate.process.logs import get_logger
from omnistate.process.projection.change_feed import ChangeFeed, TooManyReaders, UnusableId
from omnistate.process.projection.lag_watch import LagWatch
from omnistate.process.projection.overview import Overviews, Readiness
from omnistate.process.projection.parameters import (
    InvalidParameter,
    read_after,
    read_id,
    read_limit,
    read_query,
)
from omnistate.process.projection.routing_watch import RoutingWatch, encode, read_seen
from omnistate.projections.read_model.hash_fields import UnusableFields
from omnistate.projections.read_model.store_ports import StoreUnavailable, StoreUnusable
from omnistate.stream.ports import LogUnavailable

ROOT: Final = "/api"
HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="omnistate"'}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
# Operation and status.
Count = Callable[[str, int], None]


class ReadApi:
    """The handlers, by the operations of `omnistate_schemas.endpoints`."""

    def __init__(
        self,
        token: SecretStr,
        model: ReadModel,
        listings: Listings,
        stream: ChangeStream,
        lag: LagWatch,
        routing: RoutingWatch,
        readiness: Readiness,
        count: Count,
    ) -> None:
        """`count` is told of every request. Nothing is connected before somebody asks."""
        self._token = token
        self._model = model
        self._listings = listings
        self._stream = stream
        self._lag = lag
        self._routing = routing
        self._overviews = Overviews(model, listings, lag, routing, readiness)
        self._count = count
        self._document = text()
        self.feed = ChangeFeed(stream)

    def add_routes(self, app: web.Application) -> None:
        """Serve every endpoint from this application, and end with it."""
        for each in ENDPOINTS:
            handler: Handler = getattr(self, each.operation)
            # HEAD runs the handler, too: one that never ends must not be begun for it.
            endless = each.model is None
            app.router.add_get(each.path, handler, name=each.operation, allow_head=not endless)
        app.middlewares.append(self._guard())
        app.on_shutdown.append(self._end_streams)
        app.on_cleanup.append(self._disconnect)

    async def get_overview(self, request: web.Request) -> web.Response:
        """Everything that a board shows."""
        return _answer(await self._overviews.latest(read_query(request.query)))

    async def get_conversation(self, request: web.Request) -> web.Response:
        """A conversation's last change."""
        return _found(await self._model.conversation(read_id(request.match_info)))

    async def get_conversation_routing(self, request: web.Request) -> web.Response:
        """Why a conversation is not assigned, and who could be given it."""
        id_ = read_id(request.match_info)
        now = await self._model.conversation(id_)
        last = None if now is None else read_seen(now)
        found = await self._routing.explain(id_, last)
        return _found(
            None if found is None else ConversationRouting.model_validate_json(encode(found))
        )

    async def get_queue_routing(self, request: web.Request) -> web.Response:
        """What waits in a queue, in the order in which it is given out."""
        id_, limit = read_id(request.match_info), read_limit(request.query)
        found = await self._routing.explain_queue(id_, limit)
        return _found(None if found is None else QueueRouting.model_validate_json(encode(found)))

    async def list_queues(self, request: web.Request) -> web.Response:
        """Queues and how old their work is."""
        after, limit = read_after(request.query), read_limit(request.query)
        return _answer(QueueList(await self._overviews.list_queues(after, limit)))

    async def list_queue_work(self, request: web.Request) -> web.Response:
        """A queue's open conversations, oldest first."""
        return _answer(
            await self._model.work.queue(read_id(request.match_info), read_limit(request.query))
        )

    async def list_unqueued_work(self, request: web.Request) -> web.Response:
        """Open conversations in no queue, oldest first."""
        return _answer(await self._model.work.queue(None, read_limit(request.query)))

    async def list_scheduled_work(self, request: web.Request) -> web.Response:
        """Scheduled conversations, the next one first."""
        return _answer(await self._model.work.scheduled(read_limit(request.query)))

    async def list_bot_work(self, request: web.Request) -> web.Response:
        """Conversations that bots have, oldest first."""
        return _answer(await self._model.work.elsewhere("with_bot", read_limit(request.query)))

    async def list_external_work(self, request: web.Request) -> web.Response:
        """Conversations that others outside have, oldest first."""
        limit = read_limit(request.query)
        return _answer(await self._model.work.elsewhere("with_external", limit))

    async def list_representatives(self, request: web.Request) -> web.Response:
        """Representatives, their presence and capacity."""
        after, limit = read_after(request.query) or "", read_limit(request.query)
        found = await self._overviews.list_representatives(after, limit)
        return _answer(RepresentativeList(found))

    async def get_representative(self, request: web.Request) -> web.Response:
        """A representative's capacity and work."""
        return _found(await self._model.representative(read_id(request.match_info)))

    async def get_counts(self, _: web.Request) -> web.Response:
        """Conversations by workstream and status."""
        return _answer(await self._model.counts())

    async def get_figures(self, _: web.Request) -> web.Response:
        """Service figures."""
        return _answer(FiguresList(await self._model.figures(by_queue=True)))

    async def get_lag(self, _: web.Request) -> web.Response:
        """How far every group is behind."""
        return _answer((await self._lag.latest()).lag)

    async def follow_changes(self, request: web.Request) -> web.StreamResponse:
        """The changes, as they come."""
        return await self.feed.follow(request)

    async def get_openapi(self, _: web.Request) -> web.Response:
        """This description."""
        return web.Response(text=self._document, content_type="application/json", headers=HEADERS)

    def _guard(self) -> Any:
        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not (request.path == ROOT or request.path.startswith(f"{ROOT}/")):
                return await handler(request)
            if not self._is_let_in(request):
                response: web.StreamResponse = _problem(
                    401, "unauthorized", "Authorization: Bearer and the token are needed", CHALLENGE
                )
            else:
                response = await self._try(request, handler)
            self._count(request.match_info.route.name or "none", response.status)
            return response

        return guard

    async def _try(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except (InvalidParameter, UnusableId) as error:
            return _problem(400, "invalid_parameter", str(error))
        except TooManyReaders as error:
            return _problem(503, "too_many_streams", str(error), {"Retry-After": "10"})
        except (StoreUnavailable, StoreUnusable):
            reason = "Redis does not do its part at present"
            return _problem(503, "unavailable", reason, {"Retry-After": "1"})
        except LogUnavailable:
            reason = "Kafka does not do its part at present"
            return _problem(503, "unavailable", reason, {"Retry-After": "1"})
        except UnusableFields as error:
            get_logger().error("read_model_unusable", reason=str(error))
            return _problem(503, "unavailable", "the read model holds what is not of its kind")
        except web.HTTPMethodNotAllowed as error:
            allowed = {"Allow": ", ".join(sorted(error.allowed_methods))}
            return _problem(405, "method_not_allowed", "GET is answered", allowed)
        except web.HTTPNotFound:
            return _problem(404, "not_found", "there is no such page")

    def _is_let_in(self, request: web.Request) -> bool:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        known = self._token.get_secret_value().encode()
        # Compared in any case, so that the time taken says nothing.
        same = hmac.compare_digest(given.strip().encode(errors="surrogateescape"), known)
        return same and scheme.lower() == "bearer"

    async def _end_streams(self, _: web.Application) -> None:
        await self.feed.close()

    async def _disconnect(self, _: web.Application) -> None:
        await self._lag.close()
        await self._routing.close()
        await self._model.close()
        await self._listings.close()
        await self._stream.close()


def _answer(model: BaseModel) -> web.Response:
    return web.Response(
        text=model.model_dump_json(), content_type="application/json", headers=HEADERS
    )


def _found(model: BaseModel | None) -> web.Response:
    if model is None:
        return _problem(404, "not_found", "nothing is known of it")
    return _answer(model)


def _problem(
    status: int, error: str, message: str, headers: dict[str, str] | None = None
) -> web.Response:
    problem = Problem.model_validate({"error": error, "message": message})
    response = _answer(problem)
    response.set_status(status)
    response.headers.update(headers or {})
    return response
