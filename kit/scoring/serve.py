"""The judge's page: one notebook served by Voilà, to judges only, each bound to their own kernels."""

from __future__ import annotations

import logging
import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import nbformat
from jupyter_server.auth.authorizer import Authorizer
from jupyter_server.auth.identity import IdentityProvider, User
from jupyter_server.base.handlers import FileFindHandler
from jupyter_server.base.websocket import WS_PING_INTERVAL
from jupyter_server.services.kernels.handlers import KernelHandler
from tornado.ioloop import IOLoop
from traitlets.config import Config
from voila.app import Voila
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.static_file_handler import MultiStaticFileHandler, TemplateStaticFileHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

import kit
from kit.columns import Known
from kit.edition import find_home
from kit.errors import Problem
from kit.scoring._doors import TEMPLATES, Document, Enter, Guard, Leave, Nowhere, Package, Site
from kit.scoring._kernels import Kernels, OwnKernels, ThisPython, kept_environment
from kit.scoring.access import Access

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from jupyter_server.base.handlers import JupyterHandler

    from kit.texts import Language

_IDLE = 2 * 60 * 60  # seconds after which a kernel without a page ends
_MESSAGES = ["comm_open", "comm_close", "comm_msg", "comm_info_request", "kernel_info_request"]
_EXTENSIONS = ["@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8", "anywidget"]
# No dot begins a name and nothing is quoted, so no address leads out of the packages' folders.
_NAME = r"@?[\w-][\w.-]*"
# Of the scripts that stand in the page only its own run, which carry a nonce; widgets come as blobs and bring their
# styles along. Nothing comes from, or goes, elsewhere.
_PAGE = (
    "default-src 'self'; script-src 'self' blob:{nonce}; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)


_MARK = secrets.token_urlsafe(16)  # stands in the template for the nonce of an answer


class _Identity(IdentityProvider):
    """Judges are who the guard says they are."""

    def get_user(self, handler: Any) -> User | None:  # noqa: ANN401
        """Return the judge as Jupyter's handlers know users."""
        return User(handler.judge) if handler.judge else None


class _Own(Authorizer):
    """A judge may use the own kernels, and nothing else that asks."""

    def is_authorized(self, handler: JupyterHandler, user: User, action: str, resource: str) -> bool:  # noqa: ARG002
        """Ask for the kernel's owner once more."""
        kernel = handler.path_kwargs.get("kernel_id", "")
        return resource == "kernels" and handler.settings["kernel_manager"].owner(kernel) == user.username


class _Page(Guard, TornadoVoilaHandler):  # type: ignore[misc]  # voila has no types
    """``/``: the notebook, run for the judge who asks."""

    policy = _PAGE.format(nonce="")
    _nonce_of_page = ""  # where nothing is shown but a refusal

    async def prepare(self, **options: Any) -> None:  # noqa: ANN401
        """Give the page the token with which it ends its kernel, and its scripts the nonce with which they run."""
        await super().prepare(**options)
        self.xsrf_token  # noqa: B018  (sets its cookie)
        self._nonce_of_page = secrets.token_urlsafe(16)
        self.set_header("Content-Security-Policy", _PAGE.format(nonce=f" 'nonce-{self._nonce_of_page}'"))

    def write(self, chunk: str | bytes | dict[str, Any]) -> None:
        """Put this answer's nonce where the template has the server's mark, which nobody ever gets to see."""
        super().write(chunk.replace(_MARK, self._nonce_of_page) if isinstance(chunk, str) else chunk)

    @property
    def kernel_manager(self) -> Any:  # noqa: ANN401
        """The judge's own kernels."""
        environment = self.settings["kernel_environment"] | {"KIT_JUDGE": self.judge}
        return OwnKernels(self.settings["kernel_manager"], environment)


class _Kernel(Guard, KernelHandler):
    pass


class _EndKernel(Guard, VoilaShutdownKernelHandler):  # type: ignore[misc]  # voila has no types
    pass


class _Socket(Guard, VoilaKernelWebsocketHandler):  # type: ignore[misc]  # voila has no types
    def on_message(self, message: str | bytes) -> None:
        """Pass a message to the kernel, as long as its sender is still admitted."""
        if self.site.judge_of(self.request) == self.judge:
            super().on_message(message)
        else:
            self.close(4401)


class _Files(Package, MultiStaticFileHandler):  # type: ignore[misc]  # voila has no types
    pass


class _TemplateFiles(Package, TemplateStaticFileHandler):  # type: ignore[misc]  # voila has no types
    pass


class _ExtensionFiles(Package, FileFindHandler):
    pass


def _for_judges(_: object, notebook: Any, cwd: str) -> Any:  # noqa: ANN401, ARG001  (as Voilà calls it)
    """Leave out of the notebook what only tells analysts how to use it."""
    notebook.cells = [cell for cell in notebook.cells if "about" not in cell.metadata.get("tags", [])]
    return notebook


class JudgePage(Voila):  # type: ignore[misc]  # voila has no types
    """The server of one round's judge's page.

    Args:
        site: what all doors know.
        environment: what all kernels get; each gets its judge besides.
        place: ``ip``, ``port`` and ``notebook_path``.
    """

    def __init__(self, site: Site, environment: Mapping[str, str], **place: Any) -> None:  # noqa: ANN401
        t = site.texts
        leave = "" if site.user_header else t("serve.leave")
        words = {"loading": t("serve.loading"), "needs_script": t("serve.needs_script"), "leave": leave, "nonce": _MARK}
        settings = {
            "VoilaConfiguration": {
                "allow_template_override": "NO",
                "allow_theme_override": "NO",
                "extension_allowlist": _EXTENSIONS,
                "kernel_spec_manager_class": ThisPython,
                "multi_kernel_manager_class": Kernels,
                "prelaunch_hook": _for_judges,
                "resources": {"kit": words},
            },
            "VoilaExporter": {"language_code": t.language},
            "MappingKernelManager": {
                "allow_tracebacks": False,
                "cull_idle_timeout": _IDLE,
                "transport_encryption": "auto",
            },
            "NotebookNotary": {"db_file": ":memory:"},
        }
        super().__init__(config=Config(settings), open_browser=False, log_level=logging.WARNING, **place)
        self.config_file_paths: list[str] = []  # nothing that lies about on this machine may change the page
        self.authorizer_class, self.identity_provider_class = _Own, _Identity
        self.site, self.environment = site, environment
        self.initialize([])

    def setup_template_dirs(self) -> None:
        """Put our own page before Voilà's."""
        super().setup_template_dirs()
        self.template_paths: list[str] = [str(TEMPLATES), *self.template_paths]

    def init_settings(self) -> dict[str, Any]:
        """Give the doors what they know, and let no message through that runs code or ends a kernel."""
        settings: dict[str, Any] = super().init_settings()
        self.kernel_manager.allowed_message_types = _MESSAGES
        # Or each view logs that the notebook, the only one there is, were not trusted.
        self.contents_manager.notary.sign(nbformat.read(self.notebook_path, as_version=4))
        own = {"site": self.site, "kernel_environment": self.environment}
        return settings | own | {"xsrf_cookies": True, "ws_ping_timeout": WS_PING_INTERVAL}

    def init_handlers(self) -> list[Any]:
        """Return every address that there is: none of Voilà's that lists, renders or sends files of ours."""
        kernel = r"(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)"
        notebook = {
            "notebook_path": os.path.relpath(self.notebook_path, self.root_dir),
            "template_paths": self.template_paths,
            "config": self.config,
            "voila_configuration": self.voila_configuration,
        }
        return [
            (r"/", _Page, notebook),
            (r"/masuk", Enter),
            (r"/keluar", Leave),
            (r"/dokumen/([^/]+)/([^/]+)", Document),
            (rf"/api/kernels/{kernel}", _Kernel),
            (rf"/api/kernels/{kernel}/channels", _Socket),
            (rf"/voila/api/shutdown/{kernel}", _EndKernel),
            (rf"/voila/static/({_NAME})", _Files, {"paths": self.static_paths}),
            (rf"/voila/templates/(lab/static/{_NAME})", _TemplateFiles),
            (rf"/voila/labextensions/((?:{_NAME}/)+{_NAME})", _ExtensionFiles, {"path": self.labextensions_path}),
            (r".*", Nowhere),
        ]

    def listen(self) -> None:
        """Serve until stopped, at this port or not at all.

        Raises:
            port_taken: another program listens there, or the address is not of this machine.
        """
        try:
            self.app.listen(self.port, self.ip, max_body_size=2**20)
        except OSError as error:
            self.stop()
            raise Problem("port_taken", address=self.ip, port=str(self.port), detail=error.strerror or "") from None
        self._say_where()
        self.ioloop = IOLoop.current()
        with suppress(KeyboardInterrupt):
            self.ioloop.start()
        self.stop()

    def _say_where(self) -> None:
        site, shown = self.site, f"[{self.ip}]" if ":" in self.ip else self.ip
        values = {"edition": site.edition, "round": site.round, "address": f"http://{shown}:{self.port}/"}
        key = "serve.running_hub" if site.user_header else "serve.running"
        print(site.texts(key, header=site.user_header, **values), flush=True)  # noqa: T201  (a command's one line)


def serve(  # noqa: PLR0913  (the options of a command)
    edition_name: str,
    round_id: str,
    *,
    port: int = 8866,
    address: str = "127.0.0.1",
    user_header: str | None = None,
    host_names: Iterable[str] = (),
    language: Language | None = None,
    notebook: Path | None = None,
) -> None:
    """Serve the judge's page of a round until stopped.

    Args:
        edition_name: such as ``2025``.
        round_id: the round.
        port: where to listen.
        address: on which of this machine's addresses; for this machine only unless given.
        user_header: in which a hub on this machine names the judge, instead of personal links.
        host_names: under which browsers may reach the page, besides ``localhost`` and the address.
        language: of the page; the edition's unless given.
        notebook: ``notebooks/scoring.ipynb`` unless given.

    Raises:
        unknown_round: the rules have no such round, or it carries no marks.
        file_missing: the notebook is not there.
        port_taken: the page cannot be served at this address and port.
    """
    edition = kit.open(edition_name, language)
    round_id = Known([round_.id for round_ in edition.rules.scored_rounds], "unknown_round")(round_id)
    home = find_home()
    notebook = notebook or home / "notebooks" / "scoring.ipynb"
    if not notebook.is_file():
        raise Problem("file_missing", file=notebook.name, folder=notebook.absolute().parent.name)
    site = Site(
        edition=edition.name,
        round=round_id,
        texts=edition.texts,
        access=Access.open(edition.folder),
        hosts=frozenset({"localhost", "127.0.0.1", "::1", address, *(name.lower() for name in host_names)}),
        judges=frozenset(edition.registers.judges["judge_id"]),
        user_header=user_header,
        cookie=f"kit-{port}",
    )
    own = {"HOME": str(home), "EDITION": site.edition, "ROUND": site.round, "LANGUAGE": edition.language}
    environment = kept_environment() | {f"KIT_{name}": value for name, value in own.items()}
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.WARNING)
    logging.getLogger("tornado.access").setLevel(logging.INFO)
    JudgePage(site, environment, ip=address, port=port, notebook_path=str(notebook.absolute())).start()
