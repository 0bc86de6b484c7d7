"""The compose file as it is written: what listens, whose images, and every worker."""

import re
from typing import Any, Final

import pytest
import yaml
from omnistate.process.environment import PREFIX
from omnistate.process.process_settings import Settings

from tests.deploy.container_engine import ROOT

FOLDER: Final = ROOT / "deploy" / "compose"
WORKERS: Final = ("conversation", "representative", "projection", "figures", "router", "lag")
_VARIABLE: Final = re.compile(r"\$\{(\w+)(?::?-([^}]*))?\}")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
    return dict(found["services"])


def test_nothing_listens_but_on_the_loopback_interface(services: dict[str, Any]) -> None:
    ports = [port for each in services.values() for port in each.get("ports", ())]
    assert len(ports) == 4
    assert all(re.fullmatch(r"127\.0\.0\.1:\$\{\w+_PORT:-\d+\}:\d+", port) for port in ports)
    assert not any("network_mode" in each for each in services.values())


def test_images_of_other_makers_have_exact_tags_and_one_variable_each(
    services: dict[str, Any],
) -> None:
    for name, service in services.items():
        found = _VARIABLE.fullmatch(service["image"])
        assert found, name
        variable, default = found.groups()
        if variable == "OMNISTATE_IMAGE":
            assert service["pull_policy"] == "never"
            continue
        assert variable == f"{name.upper()}_IMAGE"
        assert re.fullmatch(r"[\w/-]+:v?\d+\.\d+\.\d+(-\w+)?", default), default
    examples = (FOLDER / ".env.example").read_text(encoding="utf-8")
    text = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
    for variable, default in _VARIABLE.findall(text):
        if variable.endswith(("_IMAGE", "_PORT")):
            said = re.search(rf"^#?{variable}=(.*)$", examples, re.MULTILINE)
            assert said, variable
            assert said[1] == default


def test_every_worker_has_a_service_that_can_be_scaled(services: dict[str, Any]) -> None:
    for name in WORKERS:
        service = services[name]
        assert service["command"] == ["worker", name]
        assert "container_name" not in service
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["healthcheck"]["test"][:2] == ["CMD", "/opt/omnistate/bin/python"]
    kinds = {
        each["command"][1] for each in services.values() if each.get("command", [""])[0] == "worker"
    }
    assert kinds == set(WORKERS)
    scraped = yaml.safe_load((FOLDER / "prometheus.yaml").read_text(encoding="utf-8"))
    (job,) = scraped["scrape_configs"]
    assert set(job["dns_sd_configs"][0]["names"]) == set(WORKERS)


def test_a_job_is_tried_again_and_does_not_go_on_for_ever(services: dict[str, Any]) -> None:
    jobs = {
        name
        for each in services.values()
        for name, asked in each.get("depends_on", {}).items()
        if asked["condition"] == "service_completed_successfully"
    }
    assert jobs == {"topics", "configuration"}
    assert {services[name]["restart"] for name in jobs} == {"on-failure:5"}


def test_each_setting_that_it_gives_is_one(services: dict[str, Any]) -> None:
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    given = {
        name
        for each in services.values()
        for name in each.get("environment", ())
        if name.startswith(PREFIX)
    }
    assert given <= known
    assert "OMNISTATE_WAIT_FOR_TOPICS" in given
