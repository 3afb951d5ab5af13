"""Commands of the plenary: from its beginning to its decision."""

from functools import partial
from typing import TYPE_CHECKING

from kit.cli._command import command
from kit.cli.results import shown
from kit.errors import Problem

if TYPE_CHECKING:
    from kit.edition import Edition


@command("plenary begin")
def begin(edition: "Edition", round_: str, *, reason: str = "") -> None:
    from kit.contest import plenary

    plenary.begin(edition, round_, reason)
    print(edition.texts("cli.plenary_done", round=edition.say(round_)))


@command("plenary status")
def status(edition: "Edition", round_: str) -> None:
    from kit.contest import plenary

    t, name = edition.texts, edition.scored(_scored(edition, round_)).id
    if edition.states[name] != "plenary":
        print(t("cli.no_plenary", round=edition.say(name)))
        return
    found = edition.meetings(name)[-1]
    quorum, total = plenary.quorum(edition, name), len(plenary.panel(edition, name))
    print(t("cli.attendance", n=len(found.present), total=total, quorum=quorum, judges=", ".join(found.present) or "–"))
    for judge, entry, criterion, *values in found.changes:
        before, after = (shown(t, "score", value) for value in values)
        print(t("cli.mark_changed", judge=judge, entry=entry, criterion=criterion, before=before, after=after))
    hindrances = plenary.hindrances(edition, name)
    for mistake in hindrances:
        print(f"- {mistake.sentence(t.language)}")
    if not hindrances:
        print(t("cli.can_decide", edition=edition.name, id=name))


def _attend(state: str, edition: "Edition", round_: str, judges: tuple[str, ...], *, by: str = "committee") -> None:
    from kit.contest import plenary

    plenary.attend(edition, round_, *judges, present=state == "present", actor=by)
    _noted(edition, round_, state, *judges)


for _state in ("present", "absent"):
    command(f"plenary {_state}")(partial(_attend, _state))


@command("plenary note")
def note(edition: "Edition", round_: str, topic: str, text: str, *, by: str = "committee") -> None:
    from kit.contest import plenary

    plenary.note(edition, round_, {topic: text}, actor=by)
    _noted(edition, round_, "note", f"{topic}: {text}")


@command("plenary reopen")
def reopen(edition: "Edition", round_: str, judge: str, entry: str, *, reason: str, by: str = "committee") -> None:
    from kit.contest import plenary

    plenary.reopen_sheet(edition, round_, judge, entry, reason, actor=by)
    _noted(edition, round_, "reopen", judge, entry)


@command("plenary mark")
def mark(edition: "Edition", round_: str, judge: str, entry: str, criterion: str, value: str, *, by: str) -> None:
    from kit.judging.desk import Change, Desk

    # Typed for the judge, so it must not seem to be by the judge's own hand: by has no default.
    desk = Desk(edition, round_, judge, typist=by)
    (outcome,) = desk.save([Change(entry, criterion, value, f"plenary/{edition.fingerprint}")])
    if outcome.saved is None:
        raise Problem("mark_not_taken", said=outcome.said)
    edition.refresh()
    _noted(edition, round_, "mark", judge, entry, criterion, value)


@command("plenary rule")
def rule(edition: "Edition", round_: str, entries: tuple[str, ...], *, reason: str, by: str = "committee") -> None:
    from kit.contest import plenary

    plenary.rule_tie(edition, round_, entries, reason, actor=by)
    _noted(edition, round_, "rule", *entries)


def _award(verb: str, edition: "Edition", round_: str, award: str, *, reason: str, by: str = "committee") -> None:
    from kit.contest import plenary

    if round_ != (last := edition.rules.last_round):
        raise Problem("award_other_round", round=edition.say(last), id=last)
    plenary.withhold_award(edition, award, reason, given=verb == "give", actor=by)
    _noted(edition, round_, verb, award)


for _verb in ("withhold", "give"):
    command(f"plenary {_verb}")(partial(_award, _verb))


@command("plenary dissent")
def dissent(edition: "Edition", round_: str, judge: str, *, reason: str, by: str = "committee") -> None:
    from kit.contest import plenary

    plenary.dissent(edition, round_, judge, reason, actor=by)
    _noted(edition, round_, "dissent", judge)


@command("plenary decide")
def decide(edition: "Edition", round_: str, *, reason: str = "") -> None:
    from kit.contest import plenary
    from kit.ledger import anchor_lines

    plenary.decide(edition, round_, reason)
    print(edition.texts("cli.decide_done", round=edition.say(round_)))
    print(anchor_lines(edition.history.heads()), end="")


def _noted(edition: "Edition", round_: str, action: str, *about: str) -> None:
    """Say what was recorded, and what still keeps the round from being decided."""
    name = edition.say(_scored(edition, round_))
    said = edition.texts(f"cli.noted_{action}", about=" ".join(about), round=name)
    print(edition.texts("cli.noted", said=said))
    status(edition, round_)


def _scored(edition: "Edition", round_: str) -> str:
    """Return the round that a plenary is about: that of the final is the last."""
    from kit.scoring.ranking import FINAL

    return edition.rules.last_round if round_ == FINAL else round_
