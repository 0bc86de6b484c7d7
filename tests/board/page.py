"""The board's page before a stub: opened, told of changes, read, and looked at by axe-core."""

import re
from typing import Any

from tests.board.browser import Browser
from tests.board.stub import PASSWORD, Stub
from tests.projections.memory_topics import change


def shown(stub: Stub, browser: Browser) -> Browser:
    browser.open(stub.address)
    browser.sign_in(PASSWORD)
    browser.wait("live", lambda: browser.state() == "live")
    return browser


def changed(id_: str, sequence: int, second: int, **members: Any) -> dict[str, Any]:
    event = change(id_, sequence, members.pop("status", "open"), **{"rule": "C1", **members})
    return {**event, "time": f"2026-03-02T10:15:{second:02}.000Z"}


def feed(page: Browser) -> list[str]:
    script = "return [...document.querySelectorAll('#feed li')].map((each) => each.innerText)"
    return [re.sub(r"\s*\n\s*", "\n", each) for each in page.run(script)]


def violations(browser: Browser, axe: str) -> list[str]:
    browser.run(axe)
    script = "axe.run({resultTypes: ['violations']}).then(arguments[arguments.length - 1])"
    found = browser.driver.execute_async_script(script)
    assert len(found["passes"]) > 10
    return [
        f"{each['id']}: {node['html'][:200]}"
        for each in found["violations"]
        for node in each["nodes"]
    ]
