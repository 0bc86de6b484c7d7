"""The bounds that the read model's page promises are the code's."""

import re
from pathlib import Path

from omnistate.adapters.redis.read_model_reader import FIGURES_MAX
from omnistate.process import web_port
from omnistate.process.projection import change_feed
from omnistate.projections.read_model import stream_effects
from omnistate_schemas.endpoint_parameters import LIMIT_MAX

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "read-model.md"


def test_bounds_are_those_of_the_code() -> None:
    text = PAGE.read_text(encoding="utf-8")
    table = text.partition("## Bounds")[2].partition("\n`OMNISTATE_WEB_HOST`")[0]
    numbers = re.findall(r"\| ([\d,]+) \|$", table, re.MULTILINE)
    assert [float(number.replace(",", "")) for number in numbers] == [
        web_port.CONNECTIONS_MAX,
        web_port.IDLE_S,
        web_port.REQUEST_S,
        change_feed.READERS_MAX,
        change_feed.PATIENCE_S,
        change_feed.BYTES_AT_ONCE,
        LIMIT_MAX,
        stream_effects.STREAM_LENGTH,
        stream_effects.STREAM_BYTES,
        FIGURES_MAX,
    ]
    assert f"{stream_effects.WHOLE_BYTES:,} bytes" in text
