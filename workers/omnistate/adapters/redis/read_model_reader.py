"""The read model, as the read API asks for it.

It only reads. Every method may raise StoreUnavailable and StoreUnusable. Anybody may write to a
Redis: a list is without what is not of its kind, which is told of by its key; who asks for such a
thing itself gets UnusableFields.
"""

import time
from collections.abc import Iterable, Sequence
from typing import Any, Final

from omnistate_schemas.presence import RepresentativeCapacity
from omnistate_schemas.read_api import (
    ConversationNow,
    CountsNow,
    FiguresRow,
    RepresentativeNow,
    RepresentativeWork,
)
from pydantic import TypeAdapter
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from omnistate.adapters.redis.figure_rows import figures_rows
from omnistate.adapters.redis.redis_connection import close_client, make_client
from omnistate.adapters.redis.redis_errors import is_other_type, translated
from omnistate.adapters.redis.usable_values import checked, left_out, of_its_type
from omnistate.adapters.redis.work_lists import WorkLists
from omnistate.projections.keys import Keys, is_ambiguous
from omnistate.projections.read_model.conversation_effects import CLOSED, KEPT_MS
from omnistate.projections.read_model.hash_fields import read_model
from omnistate.projections.read_model.store_ports import KeyReport

FIGURES_WINDOWS_S: Final = (300, 3_600)
FIGURES_MAX: Final = 1_000

# Workstream and queue of a row of figures.
_PLACE: Final = TypeAdapter(tuple[str, str])


class ReadModel:
    """The read model of one installation."""

    def __init__(self, url: str, keys: Keys, report: KeyReport) -> None:
        """Nothing is connected before it is used. Raises UnusableUrl."""
        self._report = report
        self._client: Redis = make_client(url, text=True)
        self._keys = keys
        # Conversations, as they are listed.
        self.work = WorkLists(self._ask, keys, report)

    async def close(self) -> None:
        """Disconnect; may be called again."""
        with translated():
            await close_client(self._client)

    @checked
    async def conversation(self, conversation_id: str) -> ConversationNow | None:
        """A conversation's last change; None where it is not known (any more)."""
        key = self._keys.conversation(conversation_id)
        fields = of_its_type((await self._ask([("HGETALL", key)]))[0])
        return read_model(ConversationNow, fields) if fields else None

    async def representatives(self, ids: Sequence[str]) -> list[RepresentativeNow]:
        """Of these representatives those whose totals are known, in this order."""
        answers = await self._ask(
            each
            for id_ in ids
            for each in (
                ("HGETALL", self._keys.representative(id_)),
                ("SCARD", self._keys.work(id_)),
                ("SCARD", self._keys.offers(id_)),
            )
        )
        found = []
        for id_, fields, conversations, offers in zip(
            ids, answers[::3], answers[1::3], answers[2::3], strict=True
        ):
            with left_out(self._keys.representative(id_), self._report):
                if of_its_type(fields):
                    members = {
                        "representative_id": id_,
                        "conversations": of_its_type(conversations),
                        "offers": of_its_type(offers),
                    }
                    found.append(read_model(RepresentativeNow, fields, **members))
        return found

    @checked
    async def representative(self, representative_id: str) -> RepresentativeWork | None:
        """What a representative has; None where nothing is known of them."""
        key = self._keys.representative(representative_id)
        questions = [
            # Their hash would be another one's set.
            ("HGETALL", "" if is_ambiguous(representative_id) else key),
            ("SMEMBERS", self._keys.work(representative_id)),
            ("SMEMBERS", self._keys.offers(representative_id)),
        ]
        fields, conversations, offers = map(of_its_type, await self._ask(questions))
        if not (fields or conversations or offers):
            return None
        return RepresentativeWork(
            representative_id=representative_id,
            capacity=read_model(RepresentativeCapacity, fields) if fields else None,
            conversations=sorted(conversations),
            offers=sorted(offers),
        )

    async def counts(self) -> CountsNow:
        """Conversations by workstream and status; closed ones for 24 hours."""
        workstreams = await self._listed(self._keys.workstreams)
        since_ms = str(round(time.time() * 1_000) - KEPT_MS)
        counts, *closed = await self._ask(
            [
                ("HGETALL", self._keys.counts),
                *(("ZCOUNT", self._keys.closed(each), since_ms, "+inf") for each in workstreams),
            ]
        )
        found: dict[str, dict[Any, int]] = {}
        with left_out(self._keys.counts, self._report):
            counts = of_its_type(counts).items()
        for field, number in () if isinstance(counts, ResponseError) else counts:
            with left_out(f"{self._keys.counts} {field}", self._report):
                workstream_id, _, status = field.rpartition(":")
                CountsNow.model_validate({workstream_id: {status: int(number)}})
                found.setdefault(workstream_id, {})[status] = int(number)
        for workstream_id, number in zip(workstreams, closed, strict=True):
            with left_out(self._keys.closed(workstream_id), self._report):
                if of_its_type(number):
                    CountsNow.model_validate({workstream_id: {CLOSED: number}})
                    found.setdefault(workstream_id, {})[CLOSED] = number
        return CountsNow(dict(sorted(found.items())))

    async def figures(self, *, by_queue: bool) -> list[FiguresRow]:
        """What the figures worker has written last: of whole workstreams, or `by_queue` as well.

        Of no more than FIGURES_MAX of them in each window, whole workstreams first.
        """
        listed = await self._ask(
            ("ZRANGE", self._keys.figures_rows(window_s), "0", "-1")
            for window_s in FIGURES_WINDOWS_S
        )
        places: list[tuple[int, str, str]] = []
        for window_s, members in zip(FIGURES_WINDOWS_S, listed, strict=True):
            chosen = self._chosen(self._keys.figures_rows(window_s), members, by_queue=by_queue)
            places += [(window_s, *place) for place in chosen]
        hashes = await self._ask(("HGETALL", self._keys.figures_of(*place)) for place in places)
        rows: list[FiguresRow] = []
        for place, fields in zip(places, hashes, strict=True):
            with left_out(self._keys.figures_of(*place), self._report):
                rows += figures_rows(place[0], of_its_type(fields))
        return rows

    def _chosen(self, key: str, members: Any, *, by_queue: bool) -> list[tuple[str, str]]:
        """The places of rows that are listed there, whole workstreams first."""
        found: list[tuple[str, str]] = []
        with left_out(key, self._report):
            for each in of_its_type(members):
                with left_out(key, self._report):
                    place = _PLACE.validate_json(each)
                    if by_queue or not place[1]:
                        found.append(place)
        return sorted(found, key=lambda place: (bool(place[1]), place))[:FIGURES_MAX]

    async def _listed(self, key: str) -> list[str]:
        """What a set lists, in order."""
        (found,) = await self._ask([("SMEMBERS", key)])
        ids: list[str] = []
        with left_out(key, self._report):
            ids += sorted(of_its_type(found))
        return ids

    async def _ask(self, commands: Iterable[tuple[str, ...]]) -> list[Any]:
        """The answers to several questions, as of one moment: an error where a type is another."""
        with translated():
            async with self._client.pipeline(transaction=True) as pipeline:
                for command in commands:
                    pipeline.execute_command(*command)
                answers: list[Any] = await pipeline.execute(raise_on_error=False)
            for answer in answers:
                if isinstance(answer, Exception) and not is_other_type(answer):
                    raise answer
        return answers
