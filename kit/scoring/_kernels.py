"""Kernels of the judge's page: each one judge's, in the kit's own Python, with an environment of the kit's making."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from traitlets import default

if TYPE_CHECKING:
    from collections.abc import Mapping

KERNELS = 3  # of one judge; a further page ends the oldest
# What a kernel needs of the server's environment; the rest, such as secrets, is none of its business.
_KEPT = re.compile(
    r"PATH|HOME|USERPROFILE|SYSTEMROOT|SYSTEMDRIVE|WINDIR|APPDATA|LOCALAPPDATA|LANG|LC_\w+|TZ|TMP|TEMP|TMPDIR"
    r"|VIRTUAL_ENV|CONDA_PREFIX|IPYTHONDIR|PYTHON\w+|PG\w+|JUPYTER_\w*(PATH|DIRS?)",
    re.IGNORECASE,
)


def kept_environment() -> dict[str, str]:
    """Return what of this process's environment kernels may see."""
    return {name: value for name, value in os.environ.items() if _KEPT.fullmatch(name)}


class Kernels(AsyncMappingKernelManager):
    """Kernels that know whose they are."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self._owners: dict[str, str] = {}

    def owner(self, kernel_id: str) -> str | None:
        """Return the judge for whom a kernel was started."""
        return self._owners.get(kernel_id)

    async def start_for(self, judge: str, options: dict[str, Any]) -> str:
        """Start a kernel that is this judge's from its first breath, and end the judge's oldest beyond a few."""
        kernel_id: str = await self.start_kernel(**options)
        self._owners[kernel_id] = judge
        own = [name for name, owner in self._owners.items() if owner == judge]
        for old in own[:-KERNELS]:
            del self._owners[old]  # first, so that a page opened at the same time does not end it too
            await self.shutdown_kernel(old, now=True)  # type: ignore[no-untyped-call]
        return kernel_id

    def remove_kernel(self, kernel_id: str) -> Any:  # noqa: ANN401  (as jupyter_client has it)
        """Forget a kernel that has ended."""
        self._owners.pop(kernel_id, None)
        return super().remove_kernel(kernel_id)


class OwnKernels:
    """The kernels as a page of one judge sees them.

    Args:
        kernels: of all judges.
        environment: what the judge's kernels get, and all they get.
    """

    def __init__(self, kernels: Kernels, environment: Mapping[str, str]) -> None:
        self._kernels, self._environment = kernels, environment

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._kernels, name)

    async def start_kernel(self, **options: Any) -> str:  # noqa: ANN401
        """Start a kernel; Voilà's environment, made of the server's and of the request, is dropped."""
        return await self._kernels.start_for(self._environment["KIT_JUDGE"], options | {"env": dict(self._environment)})


class ThisPython(KernelSpecManager):
    """The one kernel that runs in the Python that the kit is installed in."""

    @default("kernel_dirs")
    def _no_others(self) -> list[str]:
        return []
