"""What a hash holds comes back as the model it came from."""

import json
from typing import Any

import pytest
from omnistate.projections.keys import Keys, is_ambiguous
from omnistate.projections.read_model.hash_fields import UnusableFields, read_model
from omnistate.projections.read_model.output_records import flatten
from omnistate_schemas.output_examples import CHANGED
from omnistate_schemas.presence import CAPACITY, RepresentativeCapacity
from omnistate_schemas.read_api import ConversationNow
from pydantic import BaseModel

from tests.projections.former_changes import FORMER

NOW = "2026-03-02T09:15:22.123Z"


def test_there_and_back() -> None:
    fields = flatten(json.dumps({"data": CHANGED})) | {"changed_at": NOW}
    assert {name for name, value in CHANGED.items() if value is not None} | {"changed_at"} == set(
        fields
    )
    found = read_model(ConversationNow, fields)
    assert said(found) == {**CHANGED, "changed_at": NOW}
    capacity = read_model(RepresentativeCapacity, flatten(json.dumps({"data": CAPACITY})))
    assert said(capacity) == CAPACITY


def said(model: BaseModel) -> dict[str, Any]:
    """Its members without nulls and what is empty, as outputs are published."""
    members: dict[str, Any] = json.loads(model.model_dump_json(exclude_none=True))
    return {name: value for name, value in members.items() if value not in ([], {})}


def test_what_edition_1_left_in_a_hash_is_read() -> None:
    fields = flatten(json.dumps({"data": FORMER})) | {"changed_at": NOW}
    found = read_model(ConversationNow, fields)
    former = {name: value for name, value in FORMER.items() if value is not None and value != []}
    former["cause"] = {"type": "timer.offer"}
    assert said(found) == {**former, "changed_at": NOW}
    assert (found.direction, found.priority, found.started_at) == (None, None, None)


def test_what_has_nothing_left_out_of_it_is_the_same() -> None:
    """Nulls and empty members say no more than missing ones."""
    bare = dict(CAPACITY)
    assert "set_presence" not in bare
    for name in ("profiles", "grants", "cause"):
        del bare[name]
    full = {**bare, "profiles": {}, "grants": [], "set_presence": None, "cause": None}
    found, other = (
        read_model(RepresentativeCapacity, flatten(json.dumps({"data": each})))
        for each in (bare, full)
    )
    assert found == other


def test_texts_that_look_like_json_stay_texts() -> None:
    odd = {**CHANGED, "conversation_id": "123", "customer_id": "null", "queue_id": '["é\\u0000"'}
    fields = flatten(json.dumps({"data": odd})) | {"changed_at": NOW}
    assert fields["queue_id"] == odd["queue_id"]
    found = read_model(ConversationNow, fields)
    assert (found.conversation_id, found.customer_id) == ("123", "null")
    assert found.queue_id == odd["queue_id"]


@pytest.mark.parametrize(
    "wrong", [{"sequence": "many"}, {"status": "gone"}, {"handler": "{"}, {"abandoned": '"secret"'}]
)
def test_what_is_not_the_models_is_said_without_its_content(wrong: dict[str, Any]) -> None:
    fields = flatten(json.dumps({"data": CHANGED})) | {"changed_at": NOW} | wrong
    with pytest.raises(UnusableFields) as refused:
        read_model(ConversationNow, fields)
    assert not any(
        str(value).strip('"') in str(refused.value) for value in wrong.values() if value != "{"
    )


def test_no_hash_has_the_name_of_a_set() -> None:
    keys = Keys("a.")
    ids = ("ana", "ana:offers", "ana:conversations", "ana:offers:offers", "offers", ":offers")
    sets = {keys.work(id_) for id_ in ids} | {keys.offers(id_) for id_ in ids}
    hashes = {keys.representative(id_) for id_ in ids if not is_ambiguous(id_)}
    assert not sets & hashes
    assert len(sets) == 2 * len(ids)
    assert not is_ambiguous("ana")
    assert keys.queue("") not in {keys.queue(id_) for id_ in ("unqueued", "queue", ":")}
