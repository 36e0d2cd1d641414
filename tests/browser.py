"""A headless Chromium for the tests: open a page, look at it, drive it, hear what its console says."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

FLAGS = (
    "--headless=new",
    "--no-sandbox",  # CI runs as root, where Chromium's sandbox does not start
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
)


def missing_programs() -> list[str]:
    """Names of the programs that a browser test needs and that are not on the path."""
    found = {"chromium": shutil.which("chromium"), "chromedriver": shutil.which("chromedriver")}
    return [name for name, path in found.items() if path is None]


@dataclass(frozen=True)
class Page:
    """A page open in the browser. `driver` is Selenium's, for whatever this class has no word for."""

    driver: webdriver.Chrome

    def run(self, script: str, *arguments: Any) -> Any:
        """The value that `script`, the body of a JavaScript function, returns. It sees `arguments[0]`, ..."""
        return self.driver.execute_script(script, *arguments)

    def wait(self, condition: str, seconds: float = 20.0) -> None:
        """Wait until the JavaScript expression `condition` is true; TimeoutException after `seconds`."""
        wait = WebDriverWait(self.driver, seconds, poll_frequency=0.05)
        wait.until(lambda driver: driver.execute_script(f"return Boolean({condition})"), message=condition)

    def resize(self, width: int, height: int) -> None:
        """Make the page's own area `width` × `height` CSS pixels."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )

    def screenshot(self, target: Path | str, full: bool = False) -> Path:
        """Write the visible area, or with `full` the whole page, to `target` as PNG."""
        target = Path(target)
        if not full:
            target.write_bytes(self.driver.get_screenshot_as_png())
            return target
        width, height = self.run("return [innerWidth, innerHeight]")
        self.resize(width, self.run("return document.documentElement.scrollHeight"))
        # Two frames: plots that size themselves to the window redraw in the first.
        self.driver.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done))"
        )
        target.write_bytes(self.driver.get_screenshot_as_png())
        self.resize(width, height)
        return target

    def console_errors(self) -> list[str]:
        """Errors on the console since the last call: uncaught exceptions, failed loads, console.error."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]


@contextmanager
def open_page(path: Path | str, width: int = 1280, height: int = 900) -> Iterator[Page]:
    """Open the HTML file at `path` in a fresh browser profile, its area `width` × `height` CSS pixels."""
    with tempfile.TemporaryDirectory(prefix="dynsim-browser-", ignore_cleanup_errors=True) as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or "chromium"
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        try:
            page = Page(driver)
            page.resize(width, height)
            driver.get(Path(path).resolve().as_uri())
            yield page
        finally:
            driver.quit()
