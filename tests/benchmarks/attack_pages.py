"""The judge's page and the committee's screens, attacked: one row an attack, with what came of it.

    PYTHONPATH=tests python tests/benchmarks/attack_pages.py [--seconds 5]

`kit serve` and `kit present` run on an edition with a few judges. Whoever attacks has at most a session of their own.
A row says how often something was tried and how often it was refused, held, or broke; the last rows flood the judge's
page, each for some seconds, while an honest judge goes on saving, and give that judge's times. Exit code 1: something
broke.
"""

# ruff: noqa: E501  (what is sent is easier to read in one line)

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import socket
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import contests
import homes
import psutil
from labs import free_port
from labs import running as running_command
from served import Page, Server
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import connect

from kit.contest import rounds
from kit.screens.access import MEMBER, Access

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kit.edition import Edition

    Act = Callable[[], str]

PDF = b"%PDF-1.4 a proposal"
MARKED = ["E1", "E2", "E3"]
HOST = "juri.example.id"
found: Counter[str] = Counter()


def row(area: str, attack: str, tried: int, came: str, *, held: bool) -> None:
    """Print what came of an attack."""
    found["held" if held else "BROKEN"] += 1
    print(f"{area:10} | {attack:58} | {tried:5} | {'held' if held else 'BROKEN':6} | {came}", flush=True)


def statuses(answers: list[int]) -> str:
    """Say how often each status was answered."""
    return ", ".join(f"{n} x {status}" for status, n in sorted(Counter(answers).items()))


def events(edition: Edition) -> int:
    """Return how many events the ledger has."""
    edition.refresh()
    return edition.history.last


# Who gets in


def links(server: Server, cookies: dict[str, str]) -> None:
    """Forged, expired, revoked links; wrong PINs; somebody else's link."""
    access = server.access
    link = access.issue("J4")
    forged = [
        link.token[:-1],
        link.token + "x",
        link.token[::-1],
        "",
        "0",
        "x" * 5000,
        "' OR 1=1 --",
        "\x00",
        "😀" * 40,
    ]
    answers = [server.enter(token, link.pin).status for token in forged]
    row("links", "forged tokens with the right PIN", len(forged), statuses(answers), held=set(answers) == {403})
    expired = access.issue("J4", days=0)
    answers = [server.enter(expired.token, expired.pin).status]
    old = access.issue("J4")
    new = access.issue("J4")
    answers.append(server.enter(old.token, old.pin).status)
    access.revoke("J4")
    answers.append(server.enter(new.token, new.pin).status)
    row("links", "expired, replaced, revoked", 3, statuses(answers), held=answers == [403] * 3)
    link = access.issue("J4")
    wrong = [f"{(int(link.pin) + n) % 10**6:06}" for n in range(1, 61)]
    with ThreadPoolExecutor(20) as threads:
        answers = [*threads.map(lambda pin: server.enter(link.token, pin).status, wrong)]
    late = server.enter(link.token, link.pin)
    held = not set(answers) - {403, 503} and late.status == 403
    row("links", "60 wrong PINs, 20 at a time, then the right one", 61, statuses([*answers, late.status]), held=held)
    # Others cannot lock a judge out: without the token nothing is counted, and with another's it counts for that one.
    mine, theirs = access.issue("J3"), access.issue("J4")
    for n in range(40):
        server.enter(f"{mine.token[:-1]}{n % 10}" if n % 2 else theirs.token, f"{n:06}")
    status = server.enter(mine.token, mine.pin).status
    cookies["J3"] = server.session("J3")
    row("links", "40 wrong PINs by others, then J3's own link", 41, f"J3 got {status}", held=status == 303)
    sessions = ["", "0", cookies["J1"][:-1], cookies["J1"] + "0", "kit=x", "kit-1=x", f"kit-{server.port}=\x7f"]
    paths = ["/", "/berkas/form.js", "/dokumen/E1/usulan.pdf", "/saluran"]
    answers = [server.ask(path, Cookie=cookie).status for path in paths for cookie in sessions]
    row(
        "links",
        "forged and cut sessions at every address",
        len(answers),
        statuses(answers),
        held=set(answers) <= {400, 401},
    )


# Another judge's


def others(server: Server, cookies: dict[str, str]) -> None:
    """Name another judge wherever one can be named."""
    headers = {
        "KIT_JUDGE": "J2",
        "X_Kit_Judge": "J2",
        "X_Forwarded_User": "J2",
        "Remote_User": "J2",
        "Authorization": "J2",
    }
    before = events(server.edition)
    tried = 0
    with server.page(cookies["J1"], query="?judge=J2&judge_id=J2&typist=S1&token=x", **headers) as page:
        for name in ("judge", "judge_id", "actor", "typist", "holder", "round", "edition", "desk", "as"):
            tried += 1
            page.ask(type="save", **{name: "J2"}, changes=[{"entry_id": "E1", "field": "internal", "text": f"t-{name}",
                     "key": f"o{name}", name: "J2", "seen": None}])  # fmt: skip
        with server.page(cookies["J2"]) as other:
            theirs = other.save("E2", "milik J2", "kunci", seen=None)
        for key in ("kunci", "J2/J2/kunci", "../J2/kunci", "../../J2/J2/kunci", "/J2/J2/kunci"):
            tried += 1
            page.ask(type="save", changes=[{"entry_id": "E2", "field": "internal", "text": "milik J1", "key": key}])
            page.ask(type="submit", entries=["E2"], key=key)
    server.edition.refresh()
    made = server.edition.history.table.iloc[before:]
    strangers = made[(made["judge_id"] != "J1") & (made["text"] != "milik J2")]
    kept = made[made["text"] == "milik J2"]
    held = strangers.empty and kept["judge_id"].tolist() == ["J2"] and not theirs["said"]
    row(
        "others",
        "another judge in queries, headers, messages and keys",
        tried,
        f"{len(made)} events, all by J1",
        held=held,
    )


# Hand-made messages


def deep(n: int) -> str:
    """Return a JSON of n lists in each other."""
    return "[" * n + "]" * n


def messages() -> list[str | bytes]:
    """Everything that a form would not send."""
    change = {"entry_id": "E1", "field": "K1", "text": "3", "key": "m", "seen": 0}
    odd: list[Any] = [None, True, 0, -1, 1.5, 10**400, "", "x", [], {}, [[]], {"a": 1}, "\x00", "\ud800", "💥"]
    said: list[Any] = [*odd, {"type": "x"}, {"type": None}, {"type": []}, {"type": "setup"}, {"type": "save"}]
    said += [{"type": kind, "changes": value, "entries": value, "entry": value, "kind": value, "reason": value, "key": value}
             for kind in ("load", "save", "submit", "recuse", "look", "act") for value in odd]  # fmt: skip
    said += [{"type": "save", "changes": [change | {name: value}]} for name in change for value in odd]
    said += [{"type": "save", "changes": value} for value in ([None], [1], ["x"], [[]], {"a": change}, [change, None])]
    texts = ["NaN", "Infinity", "-Infinity", "1e3", "0x5", "९", "５", "1_0", "+3", "-1", "4.25", "5,0,0", "3;", "=3", "3\n4",
             "1" * 10**5, "0." + "0" * 10**5 + "1", "٣", "½", "null", "true", "3" + "\u200b"]  # fmt: skip
    said += [{"type": "save", "changes": [change | {"text": text, "key": f"t{n}"}]} for n, text in enumerate(texts)]
    fields = ["K9", "k1", "K1 ", "", "submitted", "mark", "__proto__", "constructor", "entrant'", "flag\x00", "K1\n"]
    said += [{"type": "save", "changes": [change | {"field": name, "key": f"f{n}"}]} for n, name in enumerate(fields)]
    entries = ["E9", "e1", "E1 ", "../E2", "", "committee", "J2", "E2/x", "__proto__", "E1\x00"]
    said += [
        {"type": "save", "changes": [change | {"entry_id": name, "key": f"e{n}"}]} for n, name in enumerate(entries)
    ]
    said += [{"type": "submit", "entries": [name], "key": f"s{n}"} for n, name in enumerate(entries)]
    said += [
        {"type": "recuse", "entry": name, "kind": "kin", "reason": "", "key": f"r{n}"} for n, name in enumerate(entries)
    ]
    said.append({"type": "save", "changes": [change | {"key": f"many{n}", "entry_id": "E9"} for n in range(2000)]})
    said.append(
        {
            "type": "save",
            "changes": [change | {"field": "internal", "text": "x" * 900_000, "key": "long", "entry_id": "E9"}],
        }
    )
    raw: list[str | bytes] = [json.dumps(one) for one in said]
    raw += [
        "",
        " ",
        "{",
        "nul",
        "NaN",
        '{"type": NaN}',
        '{"type": "save", "changes": [{"seen": NaN, "text": Infinity}]}',
    ]
    raw += [
        '{"type": 1e999}',
        "\ufeff{}",
        "[" * 100_000,
        deep(200_000),
        '{"a":' * 90_000,
        "x" * 1_000_000,
        b"\xff\xfe",
        b"{}",
    ]
    return [*raw, '{"type": "load", "type": "save"}', '{"type": "save", "changes": ' + deep(400_000) + "}"]


def hand_made(server: Server, cookies: dict[str, str]) -> None:
    """Send them all on one socket, and then see whether it still works and what was recorded."""
    before, said, asked = events(server.edition), Counter[str](), messages()
    slowest = 0.0
    with server.page(cookies["J1"]) as page:
        for message in asked:
            begun = time.perf_counter()
            page.line.send(message)
            answer = page.hear()
            slowest = max(slowest, time.perf_counter() - begun)
            outcomes = answer.get("outcomes", [])
            kind = answer["type"] if answer["type"] != "saved" else "saved"
            said[kind if not outcomes else "refused" if all(one["said"] for one in outcomes) else "saved"] += 1
        alive = page.save("E1", "masih ada", "alive", seen=None)["said"] == ""
    server.edition.refresh()
    made = server.edition.history.table.iloc[before:]
    fine = made["judge_id"].eq("J1").all() and made["actor"].eq("J1").all() and made["entry_id"].isin(MARKED).all()
    marks = set(made.loc[made["kind"] == "mark", "value"])
    came = f"{dict(said)}; {len(made)} events of J1's own, marks {sorted(marks)}; slowest {1000 * slowest:.0f} ms; "
    came += "the page works on" if alive else "the page is deaf"
    row("messages", "every type, wrong types, NaN, deep, long, other ids", len(asked), came, held=bool(fine and alive))
    closed = 0
    for size in (2**20 + 1, 2**24):
        with suppress(OSError, WebSocketException), server.page(cookies["J1"]) as page:
            try:
                page.line.send("x" * size)
                page.hear()
            except ConnectionClosed:
                closed += 1
    row("messages", "over 1 MiB and 16 MiB", 2, f"{closed} sockets were closed", held=closed == 2)


# Files and addresses


def raw(port: int, request: bytes) -> bytes:
    """Send bytes as they are; the answer's first part."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(request)
        return line.recv(65536)
    return b""


def status(port: int, request: bytes) -> int:
    """Send bytes as they are; the status of the answer, or 0 where there is none."""
    return int(raw(port, request)[9:12] or b"0")


def traversal(port: int, cookie: str, area: str) -> None:
    """Ask for files beside those that are handed out."""
    tails = ["luar.pdf", "rules.yaml", "access.sqlite", "ledger.sqlite", "judges.csv", "etc/passwd"]
    ups = [
        "..",
        "%2e%2e",
        "..%2f..",
        "%2e%2e%2f",
        "..%5c",
        "..\\",
        "%252e%252e",
        "..;",
        ".%00.",
        "%c0%ae%c0%ae",
        "..%u2215",
    ]
    paths = [f"/{at}/{up}/{tail}" for at in ("dokumen", "dokumen/E1", "berkas") for up in ups for tail in tails]
    paths += [f"/dokumen/E1/{up}%2f{tail}" for up in ups for tail in tails]
    paths += ["/dokumen/E1/usulan.pdf%00.html", "/dokumen/E1%00/usulan.pdf", "/dokumen//etc/passwd", "/berkas//etc/passwd",
              "/dokumen/E1/data%2frahasia.pdf", "/dokumen/E1/data/rahasia.pdf", "/dokumen/luar.pdf/usulan.pdf", "//etc/passwd",
              "http://evil.example/dokumen/E1/usulan.pdf/..", "/dokumen/%45%39/usulan.pdf", "*", "/..", "/\\..\\x"]  # fmt: skip
    answers = []
    leaked = 0
    for path in paths:
        text = raw(
            port,
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n".encode(),
        )
        answers.append(int(text[9:12] or b"0"))
        leaked += any(secret in text for secret in (PDF, b"root:", b"judge_id", b"SQLite format", b"edition:"))
    held = not leaked and not set(answers) & {200, 500}
    row(
        area,
        "traversal: dots, encoded, NUL, backslash, absolute",
        len(paths),
        f"{statuses(answers)}; {leaked} leaks",
        held=held,
    )


def elsewhere(port: int, cookie: str, channel: str, area: str) -> None:
    """Other sites' forms and sockets, other host names."""
    own = f"http://127.0.0.1:{port}"
    sites = ["https://evil.example", "null", "http://127.0.0.1:1", f"https://127.0.0.1:{port}.evil.example", f"{own}.evil.example",
             f"http://127.0.0.1:{port}@evil.example", "file://", ""]  # fmt: skip
    host = f"Host: 127.0.0.1:{port}\r\n"
    socket_ = (
        f"GET {channel} HTTP/1.1\r\n{host}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    )
    socket_ += "Sec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n"
    form = f"POST /keluar HTTP/1.1\r\n{host}Content-Length: 0\r\n"
    heads = [f"{head}Origin: {site}\r\n" for site in sites for head in (form, socket_)]
    heads += [f"{form}Sec-Fetch-Site: {said}\r\n" for said in ("cross-site", "same-site", "none")] + [socket_]
    answers = [status(port, f"{head}Cookie: {cookie}\r\n\r\n".encode()) for head in heads]
    row(
        area,
        "cross-site forms and sockets, with the session's cookie",
        len(answers),
        statuses(answers),
        held=set(answers) <= {403},
    )
    hosts = ["evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", "localhost.", "0.0.0.0", "[::1%25eth0]", "", "a" * 5000,
             "127.0.0.1@evil.example", "127.1", "2130706433", f"{HOST}.evil.example", "\tlocalhost, evil.example"]  # fmt: skip
    rest = f"Cookie: {cookie}\r\nConnection: close\r\n\r\n"
    answers = [status(port, f"GET / HTTP/1.1\r\nHost: {name}\r\n{rest}".encode()) for name in hosts]
    row(
        area,
        "other host names (a name pointed here by somebody)",
        len(hosts),
        statuses(answers),
        held=not set(answers) - {421, 400, 0},
    )


# The committee's screens


@contextmanager
def channel(port: int, path: str, cookie: str = "") -> Iterator[Page]:
    """Open a socket of a screen."""
    headers, own = {"Cookie": cookie}, f"http://127.0.0.1:{port}"
    with connect(f"ws://127.0.0.1:{port}{path}", origin=own, additional_headers=headers, max_size=None) as line:  # type: ignore[arg-type]
        yield Page(line)


def committee(server: Server, cookies: dict[str, str], home: Path) -> None:
    """What `kit present` opens to whom."""
    port = free_port()
    edition, access = server.edition, Access.open(server.edition.folder, MEMBER)
    with running_command(["kit.cli", "present", "2025", "--port", str(port)], f"http://127.0.0.1:{port}/", home):
        there = replace(server, port=port)
        closed = ["/presentasi", "/pleno", "/kemajuan", "/seleksi"]
        channels = [f"/saluran{path}" for path in closed]
        before = events(edition)
        answers = [there.ask(path, **{name: "192.0.2.7"}).status
                   for path in [*closed, *channels] for name in ("X_Forwarded_For", "Via", "Forwarded", "X_Real_Ip")]  # fmt: skip
        row(
            "present",
            "no PIN yet: restricted screens through a proxy",
            len(answers),
            statuses(answers),
            held=set(answers) == {401},
        )
        traversal(port, "", "present")
        link = access.issue("S1")
        entered = there.enter(link.token, link.pin)
        session = entered.cookies[-1].partition(";")[0]
        answers = [there.ask(path).status for path in [*closed, *channels]]
        row(
            "present",
            "a PIN was given: without a session, from this machine",
            len(answers),
            statuses(answers),
            held=set(answers) == {401},
        )
        judge = cookies["J1"].partition("=")[2]
        answers = [
            there.ask(path, Cookie=f"kit-{port}={judge}; {cookies['J1']}").status for path in [*closed, *channels]
        ]
        row(
            "present",
            "a judge's session on the committee's screens",
            len(answers),
            statuses(answers),
            held=set(answers) == {401},
        )
        member = session.partition("=")[2]
        answers = [server.ask(path, Cookie=f"kit-{server.port}={member}; {session}").status
                   for path in ("/", "/saluran", "/dokumen/E1/usulan.pdf", "/berkas/form.js")]  # fmt: skip
        row(
            "present",
            "a member's session on the judge's page",
            len(answers),
            statuses(answers),
            held=set(answers) == {401},
        )
        theirs = server.access.issue("J4")
        status = there.enter(theirs.token, theirs.pin).status
        row("present", "a judge's link and PIN on the committee's page", 1, f"{status}", held=status == 403)
        own = access.issue("S2")
        for n in range(30):
            there.enter(f"{own.token[:-1]}{n % 10}", f"{n:06}")
        status = there.enter(own.token, own.pin).status
        row("present", "30 wrong PINs by others, then S2's own link", 31, f"S2 got {status}", held=status == 303)
        elsewhere(port, session, "/saluran/pleno", "present")
        told: Counter[str] = Counter()
        seen = ""
        with channel(port, "/saluran/panggung") as page:
            seen += json.dumps(page.first)
            for message in messages():
                page.line.send(message)
                answer = page.hear()
                told[str(answer["type"])] += 1
                seen += json.dumps(answer)
            for topic in ("opening", "decide", "show", "draw", "attendance", "stage"):
                for act in ("begin", "close", "decide", "publish", "draw", "show", "absent", "Tampilkan"):
                    answer = page.ask(type="act", topic=topic, act=act, values={}, seen={}, confirmed="", key="x")
                    told[str(answer["type"])] += 1
                    seen += json.dumps(answer)
        held = events(edition) == before and "Nama J1" not in seen
        row(
            "present",
            "the public stage told to write, in every way",
            sum(told.values()),
            f"{dict(told)}; no event",
            held=held,
        )
        told.clear()
        for path in channels:
            with channel(port, path, session) as page:
                for message in messages() if page.setup else []:
                    page.line.send(message)
                    told[str(page.hear()["type"])] += 1
                told["not open yet"] += not page.setup
        row("present", "hand-made messages on each restricted screen", sum(told.values()),
            f"{dict(told)}; {events(edition) - before} events", held=events(edition) == before)  # fmt: skip


# Floods


async def flooded(kind: str, port: int, cookies: list[str], tokens: list[tuple[str, str]], tried: Any) -> None:
    """Attack without end, and count the attempts."""
    site = f"http://127.0.0.1:{port}"
    address = f"ws://127.0.0.1:{port}/saluran"

    async def page(cookie: str, message: str, *, read: bool, pause: float = 0) -> None:
        while True:
            with suppress(OSError, WebSocketException, TimeoutError):
                async with connect_async(address, origin=site, additional_headers={"Cookie": cookie}, max_size=None, compression=None) as line:  # type: ignore[arg-type]  # fmt: skip
                    if not read:
                        line.transport.pause_reading()
                    while True:
                        await line.send(message)
                        tried.value += 1
                        if read:
                            await line.recv()
                        await asyncio.sleep(pause)
            tried.value += 1
            await asyncio.sleep(0.01)

    async def request(head: str, body: str = "", *, wait: float = 0.0, hold: float = 0.0) -> None:
        while True:
            with suppress(OSError, asyncio.TimeoutError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write((head + body).encode())
                await writer.drain()
                tried.value += 1
                if hold:
                    await asyncio.sleep(hold)
                else:
                    await asyncio.wait_for(reader.read(100), 20)
                writer.close()
            await asyncio.sleep(wait)

    def post(token: str, pin: str, fill: int = 0) -> str:
        body = f"_xsrf=x&token={token}&pin={pin}{'x' * fill}"
        return (f"POST /masuk HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: {site}\r\nCookie: _xsrf=x\r\nConnection: close\r\n"
                f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}")  # fmt: skip

    load, big = '{"type": "load"}', json.dumps({"type": "save", "changes": "x" * 1_000_000})
    wide = json.dumps(
        {
            "type": "save",
            "changes": [{"entry_id": "E9", "field": "K1", "text": "3", "key": f"{n}"} for n in range(9000)],
        }
    )
    acts: dict[str, Callable[[], list[Any]]] = {
        "sockets without a session": lambda: [page("", load, read=True) for _ in range(100)],
        "300 half-open requests": lambda: [request("GET / HTTP/1.1\r\nHost: 127.", hold=3600) for _ in range(300)],
        "sign-ins with forged links, 20 at once": lambda: [request(post("x" * 43, "123456")) for _ in range(20)],
        "sign-ins with wrong PINs, 20 links at once": lambda: [
            request(post(token, "000000")) for token, _ in tokens[:20]
        ],
        "sign-ins with right PINs, 20 at once": lambda: [request(post(*pair)) for pair in tokens[20:40]],
        "forms of 1 MB": lambda: [request(post("x", "0", 10**6)) for _ in range(10)],
        "a judge's eight pages asking without a pause": lambda: [page(cookies[0], load, read=True) for _ in range(8)],
        "a judge's eight pages sending 1 MB each": lambda: [page(cookies[0], big, read=True) for _ in range(8)],
        "a judge's eight pages with 9,000 changes each": lambda: [page(cookies[0], wide, read=True) for _ in range(8)],
        "a judge's eight pages that never read": lambda: [page(cookies[0], load, read=False) for _ in range(8)],
        "a judge opening pages without end": lambda: [page(cookies[0], load, read=True, pause=3600) for _ in range(40)],
        "five judges' eight pages each, all at once": lambda: [
            page(cookie, load, read=True) for cookie in cookies for _ in range(8)
        ],
    }
    await asyncio.gather(*acts[kind]())


FLOODS = (
    *("sockets without a session", "300 half-open requests", "sign-ins with forged links, 20 at once"),
    *("sign-ins with wrong PINs, 20 links at once", "sign-ins with right PINs, 20 at once", "forms of 1 MB"),
    *("a judge's eight pages asking without a pause", "a judge's eight pages sending 1 MB each"),
    *("a judge's eight pages with 9,000 changes each", "a judge's eight pages that never read"),
    *("a judge opening pages without end", "five judges' eight pages each, all at once"),
)


def flood(kind: str, port: int, cookies: list[str], tokens: list[tuple[str, str]], tried: Any) -> None:
    """Attack in a process of its own, which its parent ends."""
    asyncio.run(flooded(kind, port, cookies, tokens, tried))


def floods(server: Server, cookies: dict[str, str], seconds: float, tokens: list[tuple[str, str]]) -> None:
    """Attack, while J1 goes on saving a mark every 50 ms."""
    process, numbers, chance = psutil.Process(server.process.pid), iter(range(10**9)), random.Random(1)
    attackers, spawn = [cookies[f"B{n}"] for n in range(5)], multiprocessing.get_context("spawn")
    for kind in ("nothing", *FLOODS):
        attack, tried = None, spawn.Value("L", 0)
        if kind != "nothing":
            attack = spawn.Process(target=flood, args=(kind, server.port, attackers, tokens, tried))
            attack.start()
            while tried.value < 8:
                time.sleep(0.05)
        already = tried.value
        took: list[float] = []
        refused = 0
        used, begun = sum(process.cpu_times()[:2]), time.perf_counter()
        with server.page(cookies["J1"]) as page:
            opened = time.perf_counter() - begun
            page.ask(type="load")
            while time.perf_counter() - begun < seconds:
                n = next(numbers)
                start = time.perf_counter()
                answer = page.save(chance.choice(MARKED), f"{n}", f"flood{n}", seen=None)
                took.append(1000 * (time.perf_counter() - start))
                refused += bool(answer["said"])
                time.sleep(0.05)
        busy = (sum(process.cpu_times()[:2]) - used) / (time.perf_counter() - begun)
        attempts = tried.value - already
        if attack:
            attack.kill()
            attack.join()
        took.sort()
        came = f"J1: median {took[len(took) // 2]:.0f} ms, p95 {took[int(0.95 * (len(took) - 1))]:.0f}, longest {took[-1]:.0f}, "
        came += f"{len(took)} saves, {refused} refused; opened in {opened:.2f} s; server {busy:.0%} of a core, "
        came += f"{process.memory_full_info().pss / 2**20:.0f} MiB"
        row("flood", kind, attempts, came, held=not refused and took[int(0.95 * (len(took) - 1))] < 1000)
        time.sleep(1)


@contextmanager
def stand(folder: Path) -> Iterator[tuple[Server, dict[str, str], list[tuple[str, str]]]]:
    """Serve an edition; the sessions of its judges, and links for floods."""
    judges = ["J1", "J2", "J3", "J4", *(f"B{n}" for n in range(45))]
    edition = homes.stage(folder, contests.contest(contests.weighted({"K1": 40, "K2": 60})), MARKED, judges)
    rounds.open(edition, "r1")
    for name in ("E1/usulan.pdf", "E1/data/rahasia.pdf", "E2/usulan.pdf", "luar.pdf"):
        path = edition.folder / "documents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PDF)
    port = free_port()
    command = ["kit.cli", "serve", "2025", "r1", "--port", str(port), "--host-name", HOST]
    with running_command(command, f"http://127.0.0.1:{port}/masuk", folder) as process:
        server = Server(port, edition, folder / "log", process)
        cookies = {judge: server.session(judge) for judge in ("J1", "J2", "J3", *(f"B{n}" for n in range(5)))}
        issued = [server.access.issue(f"B{n}") for n in range(5, 45)]
        yield server, cookies, [(link.token, link.pin) for link in issued]
    edition.ledger.close()


def main() -> int:
    """Attack, and print the table."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--seconds", type=float, default=5, help="of each flood")
    asked = options.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kit-")))
        home = stack.enter_context(homes.empty_home(folder))
        server, cookies, tokens = stack.enter_context(stand(home))
        print(f"{time.ctime()}, {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}")
        others(server, cookies)
        hand_made(server, cookies)
        traversal(server.port, cookies["J1"], "files")
        elsewhere(server.port, cookies["J1"], "/saluran", "elsewhere")
        links(server, cookies)
        committee(server, cookies, home)
        floods(server, cookies, asked.seconds, tokens)
        log = (home / "log").read_text(encoding="utf-8", errors="replace")
        secrets = [cookie.partition("=")[2] for cookie in cookies.values()] + [part for pair in tokens for part in pair]
        held = not any(secret in log for secret in secrets)
        row("log", "tokens, PINs and sessions in it", len(secrets), f"{log.count('Traceback')} tracebacks", held=held)
    print(dict(found))
    return int(found["BROKEN"] > 0)


if __name__ == "__main__":
    sys.exit(main())
