"""Hook of mkdocs: pages of the site that stand in the project's folder, with links that lead to the site's pages."""

from __future__ import annotations

import re
import tempfile
from html import escape
from pathlib import Path
from posixpath import relpath
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

PAGES = {
    "README.md": "index.md",
    "README.id.md": "index.id.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changes.md",
    "notebooks/tutorial.ipynb": "guides/tutorial.md",
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the project's folder."""
    root = Path(config.config_file_path).parent
    for source, page in PAGES.items():
        if source.endswith(".ipynb"):
            text = executed(root / source)
        else:
            text = (root / source).read_text(encoding="utf-8")
            text = text.replace("](docs/", "](").replace('src="docs/', 'src="')
        files.append(File.generated(config, page, content=text))
    return files


def executed(notebook: Path) -> str:
    """Run a notebook in English and return it as a page: its English prose, its code, and what each cell shows."""
    from kit.render.notebook import run_notebook  # noqa: PLC0415  (only here)

    with tempfile.TemporaryDirectory() as folder:
        cells = run_notebook(notebook, Path(folder) / notebook.name, {"language": "en"}).cells
    parts: list[str] = []
    for cell in cells:
        if cell.cell_type == "markdown":
            english = re.search(r'<div lang="en"[^>]*>(.*?)</div>', cell.source, re.DOTALL)
            prose = english[1].strip() if english else cell.source
            parts.append(re.sub(r"\[([^]]+)\]\(([\w-]+\.ipynb)\)", r"\1 (`notebooks/\2`)", prose))
            continue
        parts.append(f"```python\n{cell.source}\n```")
        for output in cell.outputs:
            data = output.get("data", {})
            if "text/html" in data:
                parts.append(re.sub(r"\n\s*\n", "\n", data["text/html"]))
            elif text := data.get("text/plain") or output.get("text"):
                parts.append(f"```text\n{text.rstrip()}\n```")
    return "\n\n".join(parts)


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Let links to those files lead to their pages."""
    here = page.file.src_uri.rpartition("/")[0] or "."
    # A bar within code within a table: Markdown in Python would show the backslash.
    markdown = re.sub(r"(?<=\| )`([^`\n]*\\\|[^`\n]*)`(?= \|)", lambda found: _code(found[1]), markdown)
    for source, target in PAGES.items():
        markdown = re.sub(rf"\]\((?:\.\./)*{re.escape(source)}", f"]({relpath(target, here)}", markdown)
    return markdown


def _code(text: str) -> str:
    return f"<code>{escape(text.replace(chr(92) + '|', '|')).replace('|', '&#124;')}</code>"


def on_post_page(output: str, page: Page, **_: object) -> str:
    """Say of Indonesian pages that they are Indonesian, for screen readers and browsers."""
    source = page.file.src_uri
    indonesian = source.startswith("panduan/") or source.endswith(".id.md")
    return output.replace('<html lang="en"', '<html lang="id"', 1) if indonesian else output
