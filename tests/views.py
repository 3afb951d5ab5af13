"""A view in a real browser without its carrier: what the front end sends, the view answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.screens import front_end

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from kit.screens.view import View

_PAGE = """<!doctype html><html lang="id"><meta charset="utf-8"><title>Layar</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<body style="margin: 0"><main id="place"></main></body></html>"""
_SHOW = """async ([script, style, setup, whole]) => {
    const sheet = document.createElement("style");
    sheet.textContent = style;
    document.head.append(sheet);
    const heard = (window.heard = {});
    const model = {
        page: whole,
        get: () => setup,
        on: (name, listener) => (heard[name] = listener),
        send: (message) => window.away || answer(message).then((said) => heard["msg:custom"](said)),
    };
    const module = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
    module.default.render({ model, el: document.getElementById("place") });
}"""


def show_view(page: Page, view: View, name: str, *, whole: bool = True) -> list[Any]:
    """Show a view on an empty page; return the list of its messages, which grows.

    Args:
        page: the browser's.
        view: what answers.
        name: of its front end.
        whole: as ``kit present`` shows it; as a notebook's cell otherwise.
    """
    messages: list[Any] = []

    def answer(message: Any) -> Any:
        messages.append(message)
        return view.answer(message)

    page.expose_function("answer", answer)
    page.set_content(_PAGE)
    page.evaluate(_SHOW, [front_end.script(name), front_end.style(name, page=True), view.setup, whole])
    return messages


def smallest_letters(page: Page) -> float:
    """Return the size in pixels of the smallest letters of the screen that is shown, or of the one in full screen."""
    found: float = page.evaluate(
        """() => Math.min(...[...(document.fullscreenElement ?? document.body).querySelectorAll("*")]
            .filter((node) => node.checkVisibility())
            .filter((node) => [...node.childNodes].some((part) => part.nodeType === 3 && part.data.trim()))
            .map((node) => parseFloat(getComputedStyle(node).fontSize)))"""
    )
    return found
