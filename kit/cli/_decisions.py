"""Commands by which people decide: the plenary, decisions about entries, publication and the decree."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kit.cli._parser import opened
from kit.errors import Problem

if TYPE_CHECKING:
    import argparse

    import pandas as pd

    from kit.cli._parser import Commands, Group
    from kit.edition import Edition
    from kit.texts import Texts

# What each action of a plenary is about; a last word with dots may be several.
_ACTIONS = {
    "status": (),
    "present": ("JUDGE...",),
    "absent": ("JUDGE...",),
    "note": ("TOPIC", "TEXT"),
    "reopen": ("JUDGE", "ENTRY"),
    "mark": ("JUDGE", "ENTRY", "CRITERION", "VALUE"),
    "rule": ("ENTRY...",),
    "withhold": ("AWARD",),
    "give": ("AWARD",),
    "dissent": ("JUDGE",),
}
_DECISIONS = ("withdraw", "disqualify", "duplicate", "reinstate", "correct", "absent", "present")


def add_commands(commands: Commands) -> None:
    """Add ``plenary``, ``decide``, ``decree`` and ``versions``."""
    t = commands.texts
    arguments, options = commands.add("plenary", _plenary)
    arguments.add_argument("round", metavar=t("cli.round"), help=t("cli.arg_plenary_round"))
    arguments.add_argument("action", choices=[*_ACTIONS], help=t("cli.arg_plenary_action"))
    arguments.add_argument("words", nargs="*", metavar=t("cli.text"), help=t("cli.arg_plenary_words"))
    _add_why(options, t)

    arguments, options = commands.add("decide", _decide)
    arguments.add_argument("decision", choices=_DECISIONS, help=t("cli.arg_decision"))
    arguments.add_argument("entry", metavar=t("cli.entry"), help=t("cli.arg_entry"))
    options.add_argument("--of", default="", metavar=t("cli.entry"), help=t("cli.arg_duplicate_of"))
    options.add_argument("--column", default="", metavar=t("cli.name"), help=t("cli.arg_column"))
    options.add_argument("--value", default="", metavar=t("cli.text"), help=t("cli.arg_value"))
    options.add_argument("--round", default="", metavar=t("cli.round"), help=t("cli.arg_absence_round"))
    _add_why(options, t)

    _, options = commands.add("decree", _decree)
    options.add_argument("--number", required=True, metavar=t("cli.text"), help=t("cli.arg_decree_number"))
    options.add_argument("--date", required=True, metavar=t("cli.time"), help=t("cli.arg_decree_date"))
    options.add_argument("--by", metavar=t("cli.name"), help=t("cli.arg_actor"))

    arguments, _ = commands.add("versions", _versions)
    arguments.add_argument("round", metavar=t("cli.round"), help=t("cli.arg_round"))


def _add_why(options: Group, t: Texts) -> None:
    options.add_argument("--reason", default="", metavar=t("cli.text"), help=t("cli.arg_reason"))
    options.add_argument("--by", metavar=t("cli.name"), help=t("cli.arg_actor"))


def _actor(options: argparse.Namespace) -> dict[str, str]:
    return {"actor": options.by} if options.by else {}


def move_round(edition: Edition, round_id: str, action: str, reason: str) -> None:
    """Take a round into plenary, fix the decision, or publish it, and say what came of it."""
    from kit.contest import plenary, versions  # noqa: PLC0415  (help and wrong commands answer at once)
    from kit.ledger import anchor_lines  # noqa: PLC0415

    t = edition.texts
    if action == "plenary":
        plenary.begin(edition, round_id, reason)
    elif action == "decide":
        plenary.decide(edition, round_id, reason)
    else:
        changed = versions.unpublished(edition, round_id) if edition.states.get(round_id) == "decided" else None
        version = versions.publish(edition, round_id)
        print(t("cli.published", number=version.number, fingerprint=version.fingerprint))
        if changed is not None:
            _print_differences(edition, changed)
        return
    print(t(f"cli.{action}_done", round=edition.rules.round(round_id).name.say(t.language)))
    if action == "decide":
        print(anchor_lines(edition.history.heads()), end="")


def _plenary(options: argparse.Namespace) -> None:
    wanted, words = _ACTIONS[options.action], options.words
    several = bool(wanted) and wanted[-1].endswith("...")
    if len(words) < len(wanted) or (len(words) > len(wanted) and not several):
        raise Problem("words_missing", action=options.action, wanted=" ".join(wanted) or "–")
    if options.action == "mark" and not options.by:
        raise Problem(
            "option_missing", decision="mark", option="--by"
        )  # else the mark would seem to be by the judge's own hand
    edition = opened(options)
    if options.action != "status":
        _record(edition, options)
        about = " ".join(words) if options.action != "note" else f"{words[0]}: {words[1]}"
        name = edition.rules.round(edition.rules.scored_rounds[-1].id if options.round == "final" else options.round)
        said = edition.texts(f"cli.noted_{options.action}", about=about, round=name.name.say(edition.language))
        print(edition.texts("cli.noted", said=said))
    _status(edition, options.round)


def _record(edition: Edition, options: argparse.Namespace) -> None:
    from kit.contest import plenary  # noqa: PLC0415

    name, words, why = options.round, options.words, _actor(options)
    match options.action:
        case "present" | "absent":
            plenary.attend(edition, name, *words, present=options.action == "present", **why)
        case "note":
            plenary.note(edition, name, words[0], words[1], **why)
        case "reopen":
            plenary.reopen_sheet(edition, name, words[0], words[1], options.reason, **why)
        case "mark":
            _change_mark(edition, name, words, options.by)
        case "rule":
            plenary.rule_tie(edition, name, words, options.reason, **why)
        case "dissent":
            plenary.dissent(edition, name, words[0], options.reason, **why)
        case action:
            plenary.withhold_award(edition, words[0], options.reason, given=action == "give", **why)


def _change_mark(edition: Edition, round_id: str, words: list[str], typist: str) -> None:
    """Type a mark onto a sheet that the plenary reopened, for its judge."""
    from kit.scoring.desk import Change, Desk  # noqa: PLC0415

    judge, entry, criterion, value = words
    desk = Desk(edition, round_id, judge, typist=typist)
    change = Change(entry, criterion, value, f"plenary/{edition.fingerprint}")
    (outcome,) = desk.save([change])
    if outcome.saved is None:
        raise Problem("mark_not_taken", said=outcome.said)
    edition.refresh()


def _status(edition: Edition, round_id: str) -> None:
    """Say who is there and what still keeps the round from being decided."""
    from kit.columns import Known  # noqa: PLC0415
    from kit.contest import plenary  # noqa: PLC0415
    from kit.ranking import FINAL  # noqa: PLC0415

    t, rounds = edition.texts, [*edition.states]
    name = rounds[-1] if round_id == FINAL else Known(rounds, "unknown_round")(round_id)
    found = edition.meetings(name)
    if edition.states[name] != "plenary":
        print(t("cli.no_plenary", round=edition.rules.round(name).name.say(t.language)))
        return
    there = found[-1].present
    quorum, total = plenary.quorum(edition, name), len(plenary.panel(edition, name))
    print(t("cli.attendance", n=len(there), total=total, quorum=quorum, judges=", ".join(there) or "–"))
    for change in found[-1].changes:
        judge, entry, criterion = change[:3]
        before, after = (_shown(t, "score", value) for value in change[3:])
        print(t("cli.mark_changed", judge=judge, entry=entry, criterion=criterion, before=before, after=after))
    hindrances = plenary.hindrances(edition, name)
    for mistake in hindrances:
        print(f"- {mistake.sentence(t.language)}")
    if not hindrances:
        print(t("cli.can_decide", edition=edition.name, id=name))


def _decide(options: argparse.Namespace) -> None:
    from kit.contest import decisions  # noqa: PLC0415

    needed = {"duplicate": ("of",), "correct": ("column",), "absent": ("round",), "present": ("round",)}
    for option in needed.get(options.decision, ()):
        if not getattr(options, option):
            raise Problem("option_missing", decision=options.decision, option=f"--{option}")
    edition, entry, why = opened(options), options.entry, _actor(options)
    t = edition.texts
    match options.decision:
        case "withdraw":
            decisions.withdraw(edition, entry, options.reason, **why)
        case "disqualify":
            decisions.disqualify(edition, entry, options.reason, **why)
        case "duplicate":
            decisions.declare_duplicate(edition, entry, options.of, options.reason, **why)
        case "reinstate":
            decisions.reinstate(edition, entry, options.reason, **why)
        case "correct":
            old, new = decisions.correct(edition, entry, options.column, options.value, options.reason, **why)
            print(t("cli.corrected", column=options.column, old=old or "–", new=new or "–"))
        case "absent":
            decisions.mark_absent(edition, options.round, entry, options.reason, **why)
        case _:
            decisions.mark_present(edition, options.round, entry, options.reason, **why)
    title = edition.registers.entries.set_index("entry_id").loc[entry, "title"]
    named = {"about": f"{entry} ({title})", "round": options.round and edition.say(options.round), "of": options.of}
    print(t("cli.noted", said=t(f"cli.decided_{options.decision}", **named)))


def _decree(options: argparse.Namespace) -> None:
    from kit.contest.decisions import record_decree  # noqa: PLC0415

    edition = opened(options)
    record_decree(edition, options.number, options.date, **_actor(options))
    decree = edition.decisions.decree
    assert decree is not None  # just recorded
    print(edition.texts("cli.decreed", number=decree.number, date=decree.date))


def _versions(options: argparse.Namespace) -> None:
    from kit.columns import Known  # noqa: PLC0415
    from kit.contest import versions  # noqa: PLC0415

    edition = opened(options)
    t = edition.texts
    found = edition.history.versions(Known([*edition.states], "unknown_round")(options.round))
    if not found:
        print(t("cli.no_versions"))
    before = None
    for version in found:
        print(t("cli.version", number=version.number, time=version.time, fingerprint=version.fingerprint))
        if before is not None:
            _print_differences(edition, versions.differences(before.ranking, version.ranking))
        before = version
    if found and len(changed := versions.unpublished(edition, options.round)):
        print(t("cli.unpublished"))
        _print_differences(edition, changed)


def _print_differences(edition: Edition, changed: pd.DataFrame) -> None:
    """Say in what two results differ: awards first, and a score that changed in several lists once."""
    from kit.contest.versions import COMPARED  # noqa: PLC0415
    from kit.ranking import FINAL, scope_names  # noqa: PLC0415

    t, names = edition.texts, scope_names(edition.rules, edition.texts)
    same_award = changed["award_before"] == changed["award_after"]
    awards_first = changed.iloc[same_award.argsort(kind="stable")]  # a hundred shifts of rank must not hide them
    told = set()
    for row in awards_first.to_dict("records"):
        about = (row["round"], row["entry_id"], row["score_before"], row["score_after"])
        differing = [name for name in COMPARED if row[f"{name}_before"] != row[f"{name}_after"]]
        if differing == ["score"] and about in told:
            continue
        told.add(about)
        parts = [
            f"{t(f'cli.compared_{name}')} {_shown(t, name, row[f'{name}_before'])} → "
            f"{_shown(t, name, row[f'{name}_after'])}"
            for name in differing
        ]
        round_ = t("explain.final_title") if row["round"] == FINAL else edition.say(row["round"])
        print(f"- {round_}, {names[row['scope'], row['scope_id']]}, {row['entry_id']}: {'; '.join(parts)}")


def _shown(t: Texts, name: str, value: str) -> str:
    """What stood in a published list, with a score as people write it."""
    return t.decimal(Decimal(value)) if name == "score" and value else value or "–"
