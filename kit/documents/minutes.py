"""Minutes: of the administrative selection, of each round, of each plenary, and of the ranking that it recommends.

They say what the ledger held at the moment that they are about, so later events do not change them. The day of a
meeting is the one that the secretariat typed in, or a blank; it is never the time at which a document was made.
The result is a recommendation: the competent official decides.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from kit.contest.plenary import panel, quorum
from kit.documents.official_paper import Paper, awards_given, entries_table, sent_on
from kit.edition import NotOpenedYet
from kit.errors import Problem
from kit.explain import basis
from kit.ledger import COMMITTEE, Closing
from kit.render.blocks import (
    Block,
    Bullets,
    Callout,
    Heading,
    PageBreak,
    SignatureList,
    Signer,
    Table,
)
from kit.report import summaries
from kit.report.agenda import juries_present
from kit.report.context import (
    accepted_changes,
    award_name,
    columns,
    contenders,
    entry_named,
    left_contest,
    ranked_by,
    scopes_of,
    tie_sentence,
    withheld_awards,
)
from kit.report.results import cut_sentence
from kit.rule_words import empty_said
from kit.texts import date_in_words, in_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kit.documents.official_paper import Part
    from kit.edition import Edition
    from kit.history import Meeting
    from kit.ledger import Heads
    from kit.rules import Round, Scope

# The name of each chapter, and its blocks; a chapter without blocks is left out.
Chapters = dict[str, list[Block]]

_ROMAN = {10: "X", 9: "IX", 5: "V", 4: "IV", 1: "I"}


# What all minutes share


def _minutes(  # noqa: PLR0913  (named where they are given)
    paper: Paper,
    kind: str,
    chapters: Chapters,
    people: list[Signer],
    said: dict[str, str],
    *,
    heads: Table | None = None,
    annexes: Sequence[Block] = (),
    words: Mapping[str, str] = MappingProxyType({}),
) -> list[Block]:
    """Return whole minutes: title, opening, the chapters that have blocks, closing words, signatures and annexes.

    Args:
        paper: the paper.
        kind: in the catalogue.
        chapters: the name of each in the catalogue, and its blocks.
        people: who signs.
        said: day and place of the meeting, where somebody has typed them in.
        heads: the last hash of each chain (:func:`_heads_table`), for the annex about integrity.
        annexes: what else comes after the signatures.
        words: what the opening says besides; ``opening`` names another than that of the kind.
    """
    t = paper.t
    # The notice on the rules is about weights and scores, of which a selection knows nothing.
    notice = {"notice": None} if kind == "selection" else {}
    day = said.get("day", "") or t("minutes.day_blank", blank=paper.blank)
    with suppress(ValueError):
        day = date_in_words(date.fromisoformat(day), t)
    place, opening = said.get("place", "") or paper.blank, words.get("opening", kind)
    blocks: list[Block] = [
        paper.masthead(t(f"minutes.title_{kind}", title=paper.contest), form="official", **notice),
        paper.letterhead(),
        paper.titled(f"minutes_{kind}"),
        *paper.based(t(f"minutes.opening_{opening}", title=paper.contest, day=day, place=place, **words)),
    ]
    filled = [(name, own) for name, own in {**chapters, "since": _changed_since(paper)}.items() if own]
    for number, (name, own) in enumerate(filled, 1):
        blocks += [Heading(f"{_roman(number)}. {t(f'minutes.{name}')}"), *own]
    end = paper.say("minutes.end", place=paper.office.place or paper.blank)
    return [*blocks, end, SignatureList(people), PageBreak(), *annexes, *_integrity(paper, heads)]


def _roman(number: int) -> str:
    """Return a number below 40 in Roman numerals."""
    largest = next((value for value in _ROMAN if value <= number), 0)
    return _ROMAN[largest] + _roman(number - largest) if largest else ""


def _integrity(paper: Paper, heads: Table | None) -> list[Block]:
    """Return the annex with the fingerprints of the data that the minutes come from, and the heads of the chains."""
    t = paper.t
    rows = [(t(f"minutes.file_{name}"), digest) for name, digest in paper.edition.registers.hashes().items()]
    # Not the ledger's own: the order of letters and comments follows from it.
    rows.append((t("minutes.file_all"), paper.edition.fingerprint))
    shown = columns(t, what="minutes.column_file", hash="minutes.column_hash")
    files = Table.of(rows, t, columns=shown, caption=t("minutes.files_caption"), row_header="what")
    chains: list[Block] = [paper.say("minutes.chains_said"), heads] if heads else []
    return [Heading(t("minutes.integrity")), files, *chains]


def _changed_since(paper: Paper) -> list[Block]:
    """Return what was changed in rules and registers after the moment of the minutes."""
    if not paper.edition.accepted_later:
        return [*accepted_changes(paper.edition)]
    return [Callout(paper.t("minutes.changed_since"), "warning"), *accepted_changes(paper.edition)]


def _heads_table(paper: Paper, heads: Heads, caption: str) -> Table:
    """Return the last hash of each chain, with which a later check can compare."""
    t = paper.t
    rows = [
        (t("report.chain_committee") if chain == COMMITTEE else paper.judge(chain), *head)
        for chain, head in sorted(heads.items())
    ]
    return Table.of(rows, t, columns=columns(t, "chain events hash"), caption=caption, row_header="chain")


def _chains(paper: Paper, meeting: Meeting | None) -> Table:
    """Return the last hash of each chain just before a plenary's decision was recorded, or now."""
    if meeting is None or meeting.decision is None:
        return _heads_table(paper, paper.edition.history.heads(), paper.t("minutes.heads_now"))
    before = paper.edition.at(meeting.decision - 1).history.heads()
    return _heads_table(paper, before, paper.t("minutes.heads_decided"))


def _listed(said: Sequence[str]) -> list[Block]:
    """Return sentences as a list; nothing where there is none."""
    return [Bullets(said)] if said else []


def _recusals(paper: Paper, round_: str) -> list[Block]:
    """Return who did not score which entries of a round because of a conflict of interest."""
    said = []
    for judge, own in summaries.conflicts(paper.edition, round_).groupby("judge_id"):
        entries = [entry_named(paper.context, entry) for entry in own["entry_id"]]
        said.append(paper.t("minutes.recusal", judge=paper.judge(str(judge)), entries=entries))
    return _listed(said) or [paper.say("minutes.no_recusal")]


def _withheld(paper: Paper) -> list[Block]:
    """Return the awards that the judges do not give, and why."""
    return _listed([paper.t("minutes.withheld_award", **award) for award in withheld_awards(paper.context)])


def _signers(paper: Paper, round_: str) -> list[Signer]:
    return [Signer(paper.judge(judge), paper.position(judge)) for judge in panel(paper.edition, round_)]


# Administrative selection


def selection(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the minutes of the administrative selection: as it was closed, or as it is while it goes on."""
    closed = _closings(edition)
    if len(closed):
        edition = edition.at(int(closed["number"].iloc[-1]))
    paper, table = Paper(edition, part, made_at), admissions(edition)
    t = paper.t
    counts = {value: int((table["value"] == value).sum()) for value in ("eligible", "not_eligible", "left_undecided")}
    results: list[Block] = [paper.say("minutes.selected", n=len(table), **counts)]
    if n := counts["left_undecided"]:
        reason = Closing.read(str(closed["text"].iloc[-1])).remark
        results.append(paper.say("minutes.selected_undecided", n=n, reason=reason))
    refused = table.loc[table["value"] == "not_eligible", "entry_id"]
    results += _listed([entry_named(paper.context, entry) for entry in refused])
    table["said"] = [t(f"minutes.{value}") for value in table["value"]]
    usual = table.loc[table["value"] == "eligible", "text"].mode()
    noted = table[(table["value"] != "eligible") | ~table["text"].isin(["", *usual])]
    shown = columns(t, "entry_id title unit", said="minutes.column_result", text="minutes.column_note")
    if len(noted):
        about = {"caption": t("minutes.selection_noted"), "row_header": "title", "sheet": t("minutes.noted_sheet")}
        results.append(Table.of(noted, t, columns=shown, **about))
    if any(usual):
        results.append(paper.say("minutes.selection_usual", note=usual.iloc[0]))
    about = {"caption": t("minutes.selection_caption"), "row_header": "title", "sheet": t("minutes.selection_sheet")}
    every = Table.of(table.drop(columns="text"), t, columns=shown[:-1], **about)
    people = [
        Signer(one.titled or one.name or paper.blank, one.position.say(t.language)) for one in paper.office.committee
    ]
    chapters: Chapters = {"results": results, "checks": _checks(paper)}
    annex = [Heading(t("minutes.selection_annex")), every]
    return _minutes(paper, "selection", chapters, people or [Signer(paper.blank, paper.blank)] * 3, {}, annexes=annex)


def admissions(edition: Edition) -> pd.DataFrame:
    """Return the last decision about each entry: ``entry_id``, ``value``, ``text``, ``title`` and ``unit``, by id.

    Once the selection is closed, entries that it left undecided are among them; they take part.

    Raises:
        no_selection: nobody was admitted or refused, and the selection is not closed.
    """
    events = edition.decisions.of("admission").drop_duplicates("entry_id", keep="last")
    known = summaries.known_by(edition)[["title", "unit"]]
    if not _closings(edition).empty:
        left = known.index.difference([*events["entry_id"], *edition.decisions.excluded["entry_id"]])
        undecided = pd.DataFrame({"entry_id": left, "value": "left_undecided", "text": ""})
        events = pd.concat([events, undecided], ignore_index=True)
    if events.empty:
        raise Problem("no_selection", edition=edition.name)
    return events.join(known, on="entry_id", how="inner").sort_values("entry_id", ignore_index=True)


def _closings(edition: Edition) -> pd.DataFrame:
    """Return the events that closed the administrative selection."""
    checklists = [round_.id for round_ in edition.rules.rounds if not round_.scored]
    events = edition.history.events(["round_closed"])
    return events[events["round"].isin(checklists)]


def _checks(paper: Paper) -> list[Block]:
    """Return what was received, who had to complete something, and how often each item was met."""
    t, answers = paper.t, ("yes", "to_complete", "no")
    events = paper.edition.history.events(["checked", "received", "cure_until"])
    last = events.drop_duplicates(["kind", "round", "entry_id", "criterion"], keep="last")
    came = last.loc[(last["kind"] == "received") & (last["value"] != ""), "criterion"]
    cures = last.loc[last["kind"] == "cure_until", "entry_id"].nunique()
    counts = {kind: int((came == kind).sum()) for kind in ("digital", "paper")}
    blocks: list[Block] = [paper.say("minutes.received", cures=cures, **counts)] if len(came) else []
    checked = last[last["kind"] == "checked"]
    rows = []
    for round_ in paper.rules.rounds:
        for item in round_.items:
            own = checked.loc[(checked["round"] == round_.id) & (checked["criterion"] == item.id), "value"]
            if len(own):
                rows.append((item.name.say(t.language), *(int((own == answer).sum()) for answer in answers)))
    shown = columns(t, item="minutes.column_item", **{one: (f"minutes.check_{one}", "integer") for one in answers})
    if rows:
        caption = t("minutes.checks_caption")
        blocks.append(Table.of(rows, t, columns=shown, caption=caption, row_header="item"))
    return blocks


# Scores of a round


def scores(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the minutes of one closed round, as it was last closed.

    They hold the sheets received, recusals, scores, and the heads of the chains at its closing.

    Raises:
        StillOpen, NotOpenedYet, rules_changed: there is no result yet.
    """
    edition.ranking_table(part.id)  # refuses while its scores must not be seen
    closed = edition.history.events(["round_closed"], part.id).iloc[-1]
    paper, round_ = Paper(edition.at(int(closed["number"])), part, made_at), part.id
    t, context, name = paper.t, paper.context, paper.rounds[round_]
    counts = next(counts for counts in context.round_counts if counts.round == round_)
    asked = paper.rules.round(round_)
    key = "sheets_all" if not counts.missing else "sheets_missing" if asked.missing == "no_score" else "sheets_counted"
    said = {"n": counts.asked - counts.missing, "total": counts.asked, "missing": counts.missing}
    received = paper.say(f"minutes.{key}", **said, counts=empty_said(asked, t))
    if asked.kind == "values":
        received = paper.say("minutes.values_only")
    tables: list[Block] = []
    for scope, scope_id in scopes_of(context, round_, "group"):
        group, rows = context.names[scope, scope_id], summaries.standings(paper.edition, scope, scope_id, round_)
        about = {"caption": t("minutes.scores_caption", round=name, scope=group), "sheet": group}
        notes = [ranked_by(context, "group", round_)]
        tables.append(entries_table(context, rows, "rank entry_id title unit score judges", **about, notes=notes))
    heads = _heads_table(paper, Closing.read(str(closed["text"])).heads, t("minutes.heads_caption", round=name))
    cuts = [cut_sentence(context, round_, cut) for cut in context.result.cuts.get(round_, ())]
    chapters: Chapters = {
        "sheets": [received],
        "conflicts": _recusals(paper, round_),
        "left": _listed(left_contest(context, round_)),
        "scores": [*tables, *_listed(cuts)],
    }
    return _minutes(paper, "scores", chapters, _signers(paper, round_), {}, heads=heads, words={"round": name})


# Plenary


def plenaries(edition: Edition) -> dict[str, tuple[str, Meeting]]:
    """Return every plenary that was recorded, by the id of its minutes: the round's id, and what happened.

    Raises:
        no_plenary: there is none.
    """
    found = {
        f"{round_}-{n}": (round_, meeting)
        for round_ in edition.states
        for n, meeting in enumerate(edition.meetings(round_), 1)
    }
    if not found:
        raise Problem("no_plenary", edition=edition.name)
    return found


def plenary(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the minutes of one plenary, as it ended, or as it is while it goes on."""
    round_id, meeting = plenaries(edition)[part.id]
    numbers = edition.history.events(["round_decided", "round_opened"], round_id)["number"]
    if ended := [int(number) for number in numbers if number > meeting.number]:
        edition = edition.at(ended[0])
    paper, round_, t = Paper(edition, part, made_at), edition.rules.round(round_id), edition.texts
    if meeting.said.get("basis"):
        paper.basis = [meeting.said["basis"]]
    rulings = []
    for entries, reason in ((ruling.entries, ruling.reason) for ruling in meeting.rulings):
        order = "; ".join(f"({n}) {entry_named(paper.context, entry)}" for n, entry in enumerate(entries, 1))
        rulings.append(t("minutes.ruling", order=order, reason=reason))
    dissents = [t("minutes.dissent_of", judge=paper.judge(one.judge_id), reason=one.reason) for one in meeting.dissents]
    chapters: Chapters = {
        "attendance": _attendance(paper, round_, meeting),
        "again": [paper.say("minutes.taken_up_again", reason=meeting.reason)] if meeting.reason else [],
        "conflicts": _recusals(paper, round_id),
        "changes": _changes(paper, round_, meeting),
        "rulings": _listed(rulings),
        "finalists": _finalists(paper, round_id) if meeting.decision else [],
        "left": _listed(left_contest(paper.context, round_id)),
        "withheld": _withheld(paper) if round_id == paper.context.last else [],
        "dissents": _listed(dissents),
        "decision": _decision(paper, round_id, meeting),
    }
    people = _signers(paper, round_id)
    present = in_words(len(meeting.present), t) if meeting.attendance else paper.blank
    words = {"round": paper.rounds[round_id], "present": present, "members": in_words(len(people), t)}
    if round_.kind == "values":
        words["opening"] = "values"
    heads = _chains(paper, meeting)
    return _minutes(paper, "plenary", chapters, people, meeting.said, heads=heads, words=words)


def _attendance(paper: Paper, round_: Round, meeting: Meeting) -> list[Block]:
    t, known, judges = paper.t, meeting.attendance, panel(paper.edition, round_.id)
    words = {True: t("minutes.present"), False: t("minutes.away"), None: paper.blank}
    rows = [(paper.judge(judge), paper.position(judge), words[known.get(judge)]) for judge in judges]
    shown = columns(t, name="document.signing_name", position="document.signing_position", there="minutes.column_there")
    table = Table.of(rows, t, columns=shown, caption=t("minutes.attendance_caption"), row_header="name")
    present, needed = len(meeting.present), quorum(paper.edition, round_.id)
    key = "quorum_unknown" if not known else "quorum_met" if present >= needed else "quorum_missed"
    began, ended = (meeting.said.get(name) or paper.blank for name in ("began", "ended"))
    hours = paper.say("minutes.hours", began=began, ended=ended)
    if round_.kind == "values":
        return [paper.say("minutes.values_only"), hours]
    counted = paper.say(f"minutes.{key}", quorum=needed, present=present, n=len(judges))
    juries = juries_present(round_, meeting.present, t) if known else []
    return [table, counted, *([Bullets(juries)] if juries else []), hours]


def _changes(paper: Paper, round_: Round, meeting: Meeting) -> list[Block]:
    """Return the marks that were changed, before and after, with the reason why the sheet was reopened."""
    t = paper.t
    if not meeting.reopened:
        return [paper.say("minutes.no_changes")]
    reasons = {(one.judge_id, one.entry_id): one.reason for one in meeting.reopened}
    names = {criterion.id: criterion.name.say(t.language) for criterion in round_.marked}
    rows = [
        (
            entry_named(paper.context, one.entry_id),
            paper.judge(one.judge_id),
            names.get(one.criterion, one.criterion),
            *(t.decimal(Decimal(mark)) if mark else t("minutes.no_mark") for mark in (one.before, one.after)),
            reasons.get((one.judge_id, one.entry_id), ""),
        )
        for one in meeting.changes
    ]
    shown = columns(
        t,
        entry="report.column_innovation",
        judge="minutes.column_judge",
        criterion="report.column_criterion",
        before="minutes.column_before",
        after="minutes.column_after",
        reason="report.column_reason",
    )
    caption = t("minutes.changes_caption")
    tables = [Table.of(rows, t, columns=shown, caption=caption, row_header="entry")] if rows else []
    said = []
    for judge, entry in sorted(reasons.keys() - {(one.judge_id, one.entry_id) for one in meeting.changes}):
        about = {"judge": paper.judge(judge), "entry": entry_named(paper.context, entry)}
        said.append(t("minutes.unchanged", **about, reason=reasons[judge, entry]))
    return [*tables, *_listed(said)]


def _finalists(paper: Paper, round_: str) -> list[Block]:
    """Return who goes on by the decision, by title, and the equal scores where the list is cut."""
    tables: list[Block] = []
    for cut in paper.context.result.cuts.get(round_, ()):
        name, rows = paper.context.names[cut.scope, cut.scope_id], sent_on(paper.context, round_, cut)
        caption, keys = paper.t("papers.finalists_caption", scope=name), "number entry_id title unit category"
        if len(rows):
            tables.append(entries_table(paper.context, rows, keys, caption, sheet=name))
    ties = [tie_sentence(paper.context, tie) for tie in paper.context.ties if tie.round == round_]
    return [*tables, *(_listed(ties) or [paper.say("minutes.no_tie_at_cut")])] if tables else []


def _decision(paper: Paper, round_: str, meeting: Meeting) -> list[Block]:
    if meeting.decided is None:
        return [paper.say("minutes.undecided")]
    remarks = filter(None, [meeting.remark, meeting.said.get("remark")])
    said = [paper.say("minutes.remark", remark=remark) for remark in remarks]
    return [paper.say("minutes.decided", round=paper.rounds[round_]), *said]


# The recommended ranking


def result(edition: Edition, part: Part, made_at: str) -> list[Block]:
    """Return the minutes of the ranking that the judges recommend to the competent official.

    They say what the last plenary decided.

    Raises:
        StillOpen, NotOpenedYet, rules_changed: there is no final ranking yet.
        no_award_yet: no award can be given.
    """
    last = edition.rules.last_round
    decided = [meeting.decision for meeting in edition.meetings(last) if meeting.decision]
    paper = Paper(edition.at(decided[-1]) if decided else edition, part, made_at)
    context, meeting = paper.context, next(reversed(paper.edition.meetings(last)), None)
    if not context.done:
        raise NotOpenedYet(round=paper.rounds[last], edition=edition.name, id=last)
    ties = [tie_sentence(context, tie) for tie in context.ties]
    n = sum(len(table) for *_, table in awards_given(context))
    chapters: Chapters = {
        "ranking": [
            *(_ranking(paper, *pair) for pair in context.award_scopes),
            *(_series(paper, *list_) for list_ in context.series_lists),
        ],
        "ties": _listed(ties) or [paper.say("report.no_ties")],
        "withheld": _withheld(paper),
        "left": _listed(left_contest(context, last)),
        "recommendation": [
            paper.say("minutes.recommends", n=n),
            paper.say("minutes.competent", competent=paper.competent),
        ],
    }
    heads, said = _chains(paper, meeting), meeting.said if meeting else {}
    return _minutes(paper, "result", chapters, _signers(paper, last), said, heads=heads)


def _series(paper: Paper, series: str, scope: Scope, scope_id: str) -> Block:
    """Return the list of a series of awards."""
    context, name = paper.context, paper.context.list_name(series, scope, scope_id)
    rows = summaries.standings(paper.edition, scope, scope_id, series)
    rows = rows.assign(award=[award_name(context, award) for award in rows["award"]])
    notes = [basis(paper.rules, paper.t, scope, series)]
    return entries_table(context, rows, "rank entry_id title unit score award", name, sheet=name, notes=notes)


def _ranking(paper: Paper, scope: Scope, scope_id: str) -> Block:
    """Return the ranking of those who reached the last round, or a sentence that nobody did."""
    context, name = paper.context, paper.context.names[scope, scope_id]
    rows = contenders(context, summaries.standings(paper.edition, scope, scope_id))
    if rows.empty:
        return paper.say("report.no_finalist", scope=name, last=paper.rounds[context.last])
    rows["award"] = [award_name(context, award) for award in rows["award"]]
    caption, keys = paper.t("minutes.ranking_caption", scope=name), "rank entry_id title unit final award"
    return entries_table(context, rows, keys, caption, sheet=name, notes=[ranked_by(context, scope)])
