"""The chart with what it takes from deploy/monitoring: `python -m deploy.chart_assembly`.

Rules and dashboards have one source, which a chart cannot reach from its own folder. This puts both
into one under build, to be installed or packaged; it renders nothing and asks no cluster.
"""

import shutil
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
CHART: Final = ROOT / "deploy" / "chart"
MONITORING: Final = ROOT / "deploy" / "monitoring"
TARGET: Final = ROOT / "build" / "chart" / "omnistate"
TAKEN: Final = ("rules.yaml", "dashboards/*.json")


def assemble_chart(target: Path, monitoring: Path = MONITORING) -> list[Path]:
    """Make the folder `target` anew; the files of `monitoring` in it, from there.

    Where there is none of them the chart refuses values that need one.
    """
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(CHART, target)
    taken = sorted(path for pattern in TAKEN for path in monitoring.glob(pattern))
    for path in taken:
        inside = target / "monitoring" / path.relative_to(monitoring)
        inside.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, inside)
    return [path.relative_to(monitoring) for path in taken]


def main() -> int:
    """Assemble it, and say what it has."""
    taken = assemble_chart(TARGET)
    listed = ", ".join(map(str, taken)) or "no rules and no dashboards"
    print(f"The chart: {TARGET.relative_to(ROOT)}, with {listed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
