"""The next release that tests make: its rows come from every version, and go back to this one."""

import json
import os
import sys
from pathlib import Path
from typing import Final

from tests.harness.outside import ROOT, run_outside
from tests.packaging.next_release import NEW, OLD, write_next_release

GOLDEN: Final = ROOT / "tests" / "stream" / "golden"
# Run with the sources of the next release; golden rows come in, its own and former ones go out.
PROGRAM: Final = """
import json, sys
from omnistate.core.conversation.counter_row import *
from omnistate.core.conversation.row import *
from omnistate.core.representative.totals import decode_totals, encode_totals
from omnistate.core.row_version import *
from omnistate.core.settings import decode_settings, encode_settings

golden = {name: bytes.fromhex(row) for name, row in json.loads(sys.argv[1]).items()}
ways = {
    "conversation": (decode_conversation, encode_conversation, CONVERSATION),
    "closed": (decode_conversation, encode_conversation, CONVERSATION),
    "counter": (decode_counter, encode_counter, COUNTER),
    "totals": (decode_totals, encode_totals, TOTALS),
    "settings": (decode_settings, lambda settings: encode_settings(settings)[1], SETTINGS),
}
found = {"versions": [ROW_VERSION, *WRITABLE], "rows": {}}
for name, (decode, encode, layout) in ways.items():
    row = encode(decode(golden[name]))
    found["rows"][name] = [row.hex(), layout.downgrade(row).hex()]
print(json.dumps(found))
"""


def test_its_rows_come_from_every_version_and_go_back_to_this_one(tmp_path: Path) -> None:
    sources = write_next_release(tmp_path)
    path = os.pathsep.join((str(sources / "workers"), str(ROOT / "schemas")))
    rows, golden = {}, dict[str, str]()
    for version in range(1, NEW):
        golden = json.loads((GOLDEN / f"rows-{version}.json").read_text(encoding="utf-8"))
        packed = {
            name: golden[name]
            for name in ("conversation", "closed", "counter", "totals", "settings")
        }
        said = run_outside(
            sys.executable, "-c", PROGRAM, json.dumps(packed), cwd=tmp_path, PYTHONPATH=path
        )
        found = json.loads(said)
        assert found["versions"] == [NEW, OLD, NEW]
        rows[version] = found["rows"]
    for name, (present, former) in rows[OLD].items():
        assert former == golden[name], name
        assert present not in {former, golden[name]}
        assert rows[1][name][0] == present, name
