"""Set this project up and run it, with nothing but Python 3.11 or newer.

python run.py report     set up, then write the 2025 report into reports/2025/
python run.py test       set up, then run every check and every test
python run.py lab        set up, then open notebooks/start.ipynb in JupyterLab
python run.py kit ...    set up, then run any command of kit (try: kit --help)
python run.py wheels     fill the folder wheels/, for a set-up without internet

The first run makes .venv beside this file and installs exactly what requirements.lock says; later runs use it
as it is. When a folder wheels/ stands beside this file, nothing is fetched from a network.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

# Python 3.6 must come as far as this line, so this file uses no younger syntax; Python 2 stops at the first
# annotation below and shows the remark beside it.
if sys.version_info < (3, 11):  # noqa: UP036  (whoever has an older Python is to be told so)
    sys.exit(
        "Diperlukan Python 3.11 atau yang lebih baru; ini Python {0}.{1}.\n"
        "Python 3.11 or newer is needed; this is Python {0}.{1}.".format(*sys.version_info)
    )

EDITION = "2025"
START = "notebooks/start.ipynb"
CHECKS = ("ruff check .", "ruff format --check .", "mypy", "pytest -n auto --dist loadfile")

ROOT = Path(__file__).absolute().parent
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
WHEELS = ROOT / "wheels"
JUPYTER = ROOT / "kit" / "screens" / "jupyter"  # JupyterLab's settings: it asks nothing about news
VENV = ROOT / ".venv"
OLD = ROOT / ".venv.old"
STAMP = VENV / "finished.txt"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

# Windows allows 260 characters, and JupyterLab brings files whose path within .venv has more than half of that.
WINDOWS_ROOM = 90

# What people are told: Indonesian, then English; plain ASCII, which every console can show.
SETTING_UP = """\
Menyiapkan lingkungan kerja (sekitar satu menit) ...
Setting up (about a minute) ..."""
READY = "Siap.\nReady."
DOWNLOADING = "Mengunduh paket ke folder wheels/ ...\nDownloading packages to wheels/ ..."
WHEELS_READY = """\
Salin folder wheels/ ke samping run.py pada komputer dengan sistem operasi yang sama dan Python {0}.{1}.
Copy the folder wheels/ beside run.py on a computer with the same operating system and Python {0}.{1}."""
NO_VENV = """\
Modul venv tidak tersedia. Pada Debian dan Ubuntu, pasang paket python3-venv, lalu jalankan kembali.
The module venv is missing. On Debian and Ubuntu, install the package python3-venv and run again."""
NO_ENVIRONMENT = """\
Folder .venv tidak dapat dibuat.
The folder .venv could not be made."""
IN_USE = """\
Tutup JupyterLab dan program lain yang memakai .venv, lalu jalankan kembali dari terminal baru.
Close JupyterLab and whatever else uses .venv, then run again from a new terminal."""
UNREACHABLE = """\
Paket tidak dapat diambil. Periksa sambungan internet; tanpa internet, ikuti docs/panduan/kendala.md.
The packages could not be fetched. Check the connection; without any, see docs/operating/setup.md."""
WHEELS_UNFIT = """\
Isi folder wheels/ tidak cocok dengan komputer ini atau sudah usang. Buat kembali: python run.py wheels
The folder wheels/ does not fit this computer or is out of date. Make it again: python run.py wheels"""
PATH_TOO_LONG = """\
Jalur folder ini terlalu panjang bagi Windows; pindahkan, misalnya ke C:\\kit, lalu jalankan kembali.
This folder's path is too long for Windows; move it, say to C:\\kit, and run again."""
NOT_PASSED = "Belum lulus: {0}\nNot passed: {0}"


class Trouble(Exception):
    """What keeps the set-up from being finished, and what to do."""

    def __init__(self, said: str, *details: str) -> None:  # Perlu Python 3.11+ / Python 3.11+ is needed
        super().__init__("\n".join([*details, said]))


def main(arguments: Sequence[str]) -> int:
    """Run one of this file's commands and return its exit code."""
    command, *rest = arguments or ["help"]
    jobs = {
        "report": lambda: _kit("report", *(rest or [EDITION])),
        "kit": lambda: _kit(*rest),
        # Its root is the project: data and reports can be opened in it, not the notebooks alone.
        "lab": lambda: _call(PYTHON, "-m", "jupyterlab", "--ServerApp.root_dir=.", *rest, START, cwd=ROOT),
        "test": lambda: _check(*rest),
    }
    try:
        if command in jobs:
            set_up("test" if command == "test" else "")
            return jobs[command]()
        if command == "wheels":
            fill_wheels()
            return 0
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(__doc__)
    return 0 if command in {"help", "--help", "-h"} else 2


def set_up(extra: str = "") -> None:
    """Leave a .venv with exactly what the lock says for this project and, if named, one of its extras.

    Raises:
        Trouble: it cannot be done; a finished .venv is then left as it was.
    """
    digest, installed = _finished()
    if digest == _digest() and extra in {"", installed}:
        return
    print(SETTING_UP, flush=True)
    try:
        _build(extra or installed)
    except OSError as error:
        raise Trouble(IN_USE, str(error)) from error
    print(READY, flush=True)


def fill_wheels() -> None:
    """Fetch every package for this kind of computer into wheels/, in place of what was there.

    Raises:
        Trouble: the packages cannot be fetched; an older folder is then left as it was.
    """
    import tomllib  # noqa: PLC0415  (Pythons that lack it must come as far as the check of their version)

    print(DOWNLOADING, flush=True)
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["setup"], *extras["test"]]
    with tempfile.TemporaryDirectory(dir=ROOT, prefix="wheels.") as folder:
        # A Python of its own: .venv may have been made from the very folder that is to be renewed.
        venv, part = Path(folder, "venv"), Path(folder, "wheels")
        _make_environment(venv)
        pip = [venv / PYTHON.relative_to(VENV), "-m", "pip", "download", "--disable-pip-version-check"]
        try:
            _fetch(*pip, "--only-binary", ":all:", "--constraint", LOCK, "--dest", part, *wanted)
        except subprocess.CalledProcessError as error:
            raise _no_packages(error, UNREACHABLE) from error
        shutil.rmtree(WHEELS, ignore_errors=True)
        part.rename(WHEELS)
    print(WHEELS_READY.format(*sys.version_info), flush=True)


def _finished() -> "tuple[str, str]":
    """What the finished .venv was made from, and with which extra; nothing when it is not usable."""
    try:
        digest, version, extra = STAMP.read_text(encoding="utf-8").split("\n")
        # A system upgrade can put another Python under the same name, which finds nothing of what is installed.
        return (digest, extra) if version == _version() else ("", extra)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return "", ""


def _version() -> str:
    command = [str(PYTHON), "-I", "-S", "-c", "import sys; print(*sys.version_info[:2], sep='.')"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _digest() -> str:
    """Another one when the lock, the project or its place on the disk (scripts in .venv hold it) changes."""
    parts = [LOCK.read_bytes(), PROJECT.read_bytes(), str(ROOT).encode("utf-8")]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _build(extra: str) -> None:
    """Make .venv from nothing, with the older one put aside until the new one is finished."""
    # Without its mark but beside an older one, .venv is what an interrupted set-up left.
    if VENV.exists() and (STAMP.exists() or not OLD.exists()):
        _remove(OLD)
        VENV.rename(OLD)
    try:
        _remove(VENV)
        _make_environment(VENV)
        _install(extra)
    except BaseException:
        if OLD.exists():
            _remove(VENV)
            OLD.rename(VENV)
        raise
    shutil.rmtree(OLD, ignore_errors=True)


def _make_environment(folder: Path) -> None:
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise Trouble(NO_VENV)
    # Within an activated .venv, take the Python below it: the one that runs is about to be put aside.
    base = getattr(sys, "_base_executable", "") or sys.executable
    made = subprocess.run([base, "-m", "venv", str(folder)], capture_output=True, errors="replace", check=False)
    if made.returncode:
        raise Trouble(NO_ENVIRONMENT, (made.stdout + made.stderr).strip())


def _install(extra: str) -> None:
    """Install the lock's versions and this project into .venv, and leave the mark that it is finished."""
    source = ["--no-index", "--find-links", WHEELS] if WHEELS.is_dir() else []
    pinned = [*source, "--constraint", LOCK]
    project = ["--no-build-isolation", "--editable", f"{ROOT}[{extra}]" if extra else ROOT]
    installers = [
        line for line in LOCK.read_text(encoding="utf-8").splitlines() if line.startswith(("setuptools==", "uv=="))
    ]
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check"]
    uv = [PYTHON, "-m", "uv", "pip", "install", "--python", PYTHON]
    try:
        _fetch(*pip, *source, *installers)
        try:
            _fetch(*uv, *pinned, *project)
        except subprocess.CalledProcessError:
            # Slower, but it knows what offices write into pip's own settings: mirror, proxy, certificate.
            _fetch(*pip, *pinned, *project)
    except subprocess.CalledProcessError as error:
        raise _no_packages(error, WHEELS_UNFIT if source else UNREACHABLE) from error
    STAMP.write_text(f"{_digest()}\n{_version()}\n{extra}", encoding="utf-8")


def _fetch(*command: object) -> None:
    """Run an installer and show what it downloads; all that it said goes along when it fails."""
    environment = dict(os.environ, PYTHONUTF8="1", NO_COLOR="1", PIP_PROGRESS_BAR="off")
    # An office's proxy has its certificate in the system's store, where uv looks only when told.
    environment.setdefault("UV_SYSTEM_CERTS", "1")
    words = [str(word) for word in command]
    said = []
    with subprocess.Popen(
        words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace"
    ) as process:
        for line in process.stdout or ():
            said.append(line)
            if line.lstrip().startswith("Downloading "):
                print("  " + line.strip(), flush=True)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words, output="".join(said))


def _no_packages(error: subprocess.CalledProcessError, advice: str) -> Trouble:
    """What the installer said about the mistake, and what to do."""
    too_long = os.name == "nt" and len(str(ROOT)) > WINDOWS_ROOM
    lines = [line[:200] for line in error.output.splitlines() if line.strip()]
    first = next((n for n, line in enumerate(lines) if line.startswith("ERROR")), len(lines))
    return Trouble(PATH_TOO_LONG if too_long else advice, *lines[max(first - 1, 0) : first + 4])


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def _check(*arguments: str) -> int:
    """Run every check to its end, so that one run shows all that is wrong; arguments go to pytest."""
    failed = []
    for check in CHECKS:
        print(f"== {check}", flush=True)
        more = arguments if check.startswith("pytest") else ()
        if _call(PYTHON, "-m", *check.split(), *more, cwd=ROOT):
            failed.append(check)
    if failed:
        print(NOT_PASSED.format(", ".join(failed)), file=sys.stderr)
    return 1 if failed else 0


def _kit(*arguments: str) -> int:
    return _call(PYTHON, "-c", "import sys, kit.cli; sys.exit(kit.cli.main())", *arguments)


def _call(*command: object, cwd: "Path | None" = None) -> int:
    # Without this, Windows reads and writes files in the encoding of its region.
    environment = dict(os.environ, PYTHONUTF8="1")
    environment.setdefault("JUPYTER_CONFIG_PATH", str(JUPYTER))
    with subprocess.Popen([str(word) for word in command], cwd=cwd, env=environment) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue  # It has reached the program too, which decides: JupyterLab asks first.


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
