"""README's path on Kafka works as it stands: its `bash` blocks in one shell."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.harness.free_ports import free_port

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"```bash\n(.*?)```", re.DOTALL)


def test_a_strangers_path(brokers: str, prefix: str, tmp_path: Path) -> None:
    blocks = BLOCK.findall(README.read_text(encoding="utf-8"))
    assert len(blocks) == 2
    script = "".join(blocks).replace("6066", str(free_port())).replace("6067", str(free_port()))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {
        **os.environ,
        "PATH": path,
        "OMNISTATE_BROKERS": brokers,
        "OMNISTATE_TOPIC_PREFIX": prefix,
    }
    demo = ["omnistate", "demo", "--conversations", "150", "--out", "day"]
    subprocess.run(demo, cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=60)
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f"{script}wait $second"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    logs = "".join(log.read_text() for log in tmp_path.glob("*.log"))
    assert run.returncode == 0, (run.stdout, run.stderr, logs)
    assert run.stdout.count("✓") == 6
    assert "✗" not in run.stdout
    assert "omnistate_transitions_total{" in run.stdout
    assert "Traceback" not in run.stderr + logs
