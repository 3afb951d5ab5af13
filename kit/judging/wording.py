"""What a judge's workbook says of a round's criteria, and what it lets into their cells."""

from __future__ import annotations

from decimal import Decimal
from textwrap import shorten
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kit.rules import Criterion, Round
    from kit.texts import Texts

# Excel's own limits, in characters.
_TITLE, _PROMPT = 32, 255


class Wording:
    """A round's criteria in words.

    Args:
        round_: the round.
        t: the language.
    """

    def __init__(self, round_: Round, t: Texts) -> None:
        self.round, self.t = round_, t

    def scale(self, criterion: Criterion) -> str:
        """The marks that there are."""
        scale = self.round.scale_of(criterion.id)
        return self.t("sheets.scale_said", low=scale.low, high=scale.high, step=scale.step)

    def level(self, criterion: Criterion, level: str) -> str:
        """What a level means, where the criterion describes it."""
        return criterion.levels[level].say(self.t.language) if level in criterion.levels else ""

    def criterion(self, criterion: Criterion) -> str:
        """The criterion's name, after its id where that is a code such as K1; a single mark has the round's name."""
        name = criterion.name.say(self.t.language)
        code = any(map(str.isdigit, criterion.id))  # a word such as "baru" says no more than the name
        if not self.round.criteria or name == criterion.id or not code:
            return name
        return self.t("sheets.criterion", id=criterion.id, name=name)

    def weighted(self, criterion: Criterion) -> str:
        """The same with the weight."""
        said = self.criterion(criterion)
        return self.t("sheets.weighted", criterion=said, weight=criterion.weight) if self.round.criteria else said

    def validation(self, criterion: Criterion, cell: str) -> dict[str, object]:
        """What a cell accepts, in xlsxwriter's words, with what it shows when selected and when it refuses.

        The rounding is for steps such as 0.1, which no computer holds exactly.
        """
        scale = self.round.scale_of(criterion.id)
        steps = f"({cell}-({scale.low:f}))/{scale.step:f}"
        holds = f"ROUND({steps},6)=ROUND({steps},0)"
        return {
            "validate": "custom",
            "value": f"=AND(ISNUMBER({cell}),{cell}>={scale.low:f},{cell}<={scale.high:f},{holds})",
            "input_title": shorten(self.criterion(criterion), _TITLE, placeholder="…"),
            "input_message": self._prompt(criterion),
            "error_title": self.t("sheets.refused_title"),
            "error_message": self.t("sheets.refused", low=scale.low, high=scale.high, step=scale.step),
        }

    def _prompt(self, criterion: Criterion) -> str:
        """The scale, and as much of each level's description as fits."""
        levels = [(level, self.level(criterion, level)) for level in sorted(criterion.levels, key=Decimal)]
        for longest in range(_PROMPT, 0, -1):
            said = [(level, shorten(text, longest, placeholder="…")) for level, text in levels]
            lines = [self.t("sheets.level_said", level=level, text=text) for level, text in said]
            if len(message := "\n".join([self.scale(criterion), *lines])) <= _PROMPT:
                return message
        return self.scale(criterion)
