"""A real headless Chromium at the board, driven through its chromedriver.

It knows the page by its ids and words, as a person does; what is right is said by the tests.
"""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.harness.machine import BROWSERS, DRIVER
from tests.harness.tied_process import PATIENCE_S

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)

# A table's rows: the text of the row's head, then of its cells, without those that are hidden.
READ_ROWS = """
return [...document.querySelectorAll(`#${arguments[0]} ${arguments[1]} tr`)].map((row) =>
  [...row.children].filter((cell) => !cell.hidden).map((cell) => cell.innerText.trim()));
"""


def _browser() -> str | None:
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


class Browser:
    """One tab of one browser, with a new profile of its own."""

    def __init__(self, folder: Path) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = _browser() or ""
        for flag in (*FLAGS, f"--user-data-dir={folder}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = Service(shutil.which(DRIVER) or DRIVER)
        self.driver = webdriver.Chrome(options=options, service=service)

    def close(self) -> None:
        """End the browser and its driver."""
        self.driver.quit()

    def look(
        self, width: int = 1440, height: int = 1000, scheme: str = "light", scale: int = 1
    ) -> None:
        """What the window is like; a narrow one is a phone's."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": scale}
        metrics["mobile"] = width < 500
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def rest(self) -> None:
        """Wait until no bar moves, and show no scroll bars."""
        self.driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
        self.wait("at rest", lambda: self.run("return document.getAnimations().length") == 0)

    def open(self, address: str) -> None:
        """Go to a page, as somebody who has not been there before."""
        self.driver.get(address)
        self.run("sessionStorage.clear(); localStorage.clear();")
        self.driver.get(address)

    def leave(self) -> None:
        """Go away, so that nothing is followed any more."""
        self.driver.get("about:blank")

    def sign_in(self, token: str) -> None:
        """Fill the form in."""
        self.driver.find_element(By.ID, "token").send_keys(token, Keys.ENTER)

    def run(self, script: str, *arguments: object) -> Any:
        """What a script in the page returns."""
        return self.driver.execute_script(script, *arguments)

    def text(self, selector: str) -> str:
        """What an element shows; empty where it is not there or shows nothing."""
        try:
            return self.driver.find_element(By.CSS_SELECTOR, selector).text
        except (NoSuchElementException, StaleElementReferenceException):
            return ""

    def rows(self, panel: str, part: str = "tbody") -> dict[str, list[str]]:
        """A panel's table: the cells of each row by its head."""
        found: list[list[str]] = self.run(READ_ROWS, panel, part)
        return {head: cells for head, *cells in found}

    def columns(self, panel: str) -> list[str]:
        """The heads of the columns that are shown, but for the first."""
        found: list[list[str]] = self.run(READ_ROWS, panel, "thead")
        return [name.strip(" ↕▲▼") for name in found[0][1:]]

    def click(self, selector: str) -> None:
        """Click an element."""
        self.driver.find_element(By.CSS_SELECTOR, selector).click()

    def press(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        self.driver.switch_to.active_element.send_keys(*keys)

    def focused(self) -> dict[str, Any]:
        """What has the focus: its tag, id and name, and whether one sees that it has it."""
        script = """
        const it = document.activeElement, style = getComputedStyle(it);
        const box = it.closest("label") ?? it, outer = getComputedStyle(box);
        return { tag: it.localName, id: it.id, name: it.ariaLabel ?? it.innerText ?? "",
          outlined: [style, outer].some((each) => each.outlineStyle !== "none"
                                                  && parseFloat(each.outlineWidth) >= 2) };
        """
        found: dict[str, Any] = self.run(script)
        return found

    def wait(self, what: str, ask: Callable[[], bool], seconds: float = PATIENCE_S) -> float:
        """How long it took until something was so, s. Raises AssertionError otherwise."""
        began_s = time.monotonic()
        while not ask():
            if time.monotonic() - began_s > seconds:
                seen = self.text("body")
                raise AssertionError(f"not within {seconds:g} s: {what}; the page says: {seen}")
            time.sleep(0.05)
        return time.monotonic() - began_s

    def state(self) -> str:
        """The state of the connection, in the page's word."""
        return str(self.run("return document.querySelector('#connection').dataset.state"))

    def complaints(self) -> list[str]:
        """What the browser has complained of since it was asked last, as of now."""
        found = self.driver.execute("getLog", {"type": "browser"})["value"]
        return [json.dumps(each) for each in found]

    def picture(self, path: Path) -> None:
        """Save what is to be seen."""
        self.driver.save_screenshot(str(path))
