"""Servers for browser tests: JupyterLab and the judge's page, each with its settings away from the user's."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

TIMEOUT = 60_000  # ms for a kernel to start on a busy machine


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], site: str, home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server of its own, answering, its settings away from the user's."""
    folders = {name: str(home / "jupyter" / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    environment = {**os.environ, **folders, "KIT_HOME": str(home)}
    with (home / "log").open("ab") as log:
        server = subprocess.Popen([sys.executable, "-m", *command], env=environment, stdout=log, stderr=log, cwd=home)
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(site, timeout=5)
            except urllib.error.HTTPError:
                break  # it answers, and asks who is there
            except OSError:
                assert server.poll() is None, (home / "log").read_text(encoding="utf-8")
                time.sleep(0.25)
            else:
                break
        yield server
    finally:
        server.terminate()
        server.wait(20)


@contextmanager
def jupyterlab(home: Path) -> Iterator[str]:
    """JupyterLab on a home; the address."""
    port = free_port()
    options = ["--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1", "--IdentityProvider.token="]
    options += [f"--ServerApp.root_dir={home}", "--LabApp.news_url=None", "--ServerApp.terminals_enabled=False"]
    with running(["jupyterlab", *options], f"http://127.0.0.1:{port}/api", home):
        yield f"http://127.0.0.1:{port}"


def run_all(page: Page, lab: str, notebook: str) -> None:
    """Open a notebook in JupyterLab and run it from top to bottom."""
    page.goto(f"{lab}/lab/tree/notebooks/{notebook}.ipynb?reset")  # without what an earlier test left open
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=TIMEOUT)
    page.get_by_text("| Idle").wait_for(timeout=TIMEOUT)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()


def click_until(button: Locator, shown: Locator) -> None:
    """Click until something shows; a list that is drawn anew at this very moment loses a click."""
    for _ in range(6):
        button.click(timeout=TIMEOUT)
        try:
            shown.wait_for(timeout=TIMEOUT / 6)
        except Exception as error:
            if type(error).__name__ != "TimeoutError":  # Playwright's own, which only CI installs
                raise
        else:
            return
    message = "nothing was shown"
    raise AssertionError(message)


def violations(page: Page, within: str) -> list[tuple[str, str]]:
    """What readers with disabilities would meet within a part of the page, of whatever impact: rule and element."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415  (only CI installs it)

    found: Any = Axe().run(page, context=within).response["violations"]
    return [(rule["id"], rule["nodes"][0]["html"]) for rule in found]
