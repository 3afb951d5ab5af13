"""The lock: what rules and registers were when the first round was opened, and in what they differ since."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kit.errors import Problem
from kit.rules import canonical, fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from kit.registers import Registers


@dataclass(frozen=True)
class Acceptance:
    """A change of rules or registers after the first round was opened, accepted by the committee.

    Args:
        time: when it was accepted.
        reason: why.
        changes: what differed, in the order of the files.
    """

    time: datetime
    reason: str
    changes: tuple[str, ...]


def lock_text(rules_document: str, registers: Registers, **more: str) -> str:
    """Write what a lock records as canonical JSON: the rules, the hashes of rules and registers, and perhaps more."""
    lock = {"rules": fingerprint(rules_document), "registers": registers.hashes(), "document": rules_document}
    return canonical(lock | more)


def fingerprint_of(ledger: str, registers: Mapping[str, str], rules_document: str) -> str:
    """SHA-256 over everything that a result follows from: the ledger's own, the registers' hashes, the rules."""
    return fingerprint(canonical({"ledger": ledger, "registers": registers, "rules": rules_document}))


@dataclass(frozen=True)
class Lock:
    """What rules and registers were at one moment.

    Args:
        rules: the rules' document.
        registers: the hash of each register.
        reason: why a change was accepted; blank for the first lock.
    """

    rules: Any
    registers: Mapping[str, str]
    reason: str

    @classmethod
    def read(cls, text: str) -> Lock:
        """Read what :func:`lock_text` wrote.

        Raises:
            lock_unreadable: it is something else.
        """
        try:
            lock = json.loads(text)
            return cls(json.loads(lock["document"]), dict(lock["registers"]), lock.get("reason", ""))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise Problem("lock_unreadable") from error

    def differences(self, now: Lock) -> tuple[str, ...]:
        """Say in what a later lock differs: where in the rules, and which registers."""
        registers = [name for name, digest in now.registers.items() if digest != self.registers.get(name)]
        return (*_between("rules.yaml: ", self.rules, now.rules), *registers)


def _between(place: str, old: object, new: object) -> Iterator[str]:
    was, is_ = _parts(old), _parts(new)
    if was is None or is_ is None:
        if str(old) != str(new):  # 2025 and "2025" mean the same to the rules
            yield f"{place}: {_brief(old)} → {_brief(new)}"
        return
    for key in {**was, **is_}:
        yield from _between((place + key).replace(": .", ": "), was.get(key), is_.get(key))
    kept = [[key for key in parts if key in was and key in is_] for parts in (was, is_)]
    if kept[0] != kept[1]:
        yield f"{place}: {' → '.join(map(''.join, kept))}"


def _parts(value: object) -> dict[str, Any] | None:
    """The parts of a mapping or list by what leads to them: a list's items by their ids, or else by their numbers."""
    if isinstance(value, dict):
        return {f".{key}": part for key, part in value.items()}
    if isinstance(value, list):
        ids = [part.get("id") if isinstance(part, dict) else None for part in value]
        names = ids if None not in ids and len(set(ids)) == len(ids) else range(1, len(value) + 1)
        return {f"[{name}]": part for name, part in zip(names, value, strict=True)}
    return None


def _brief(value: object) -> str:
    text = "–" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:59] + "…"
