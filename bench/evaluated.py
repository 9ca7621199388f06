"""How much is understood of words that the tables were not written from: ``python -m bench --evaluated open``."""

from __future__ import annotations

from tests.evaluation.parts import PARTS
from tests.evaluation.scoring import every, swapped

from .figures import stands, write


def evaluate(name: str) -> None:
    """Score every set of one part, and write its figures; mistakes are printed where tables are mended by them."""
    part = PARTS[name]
    lines = ["| set | right | wrong | missed | precision | recall |", "|---|---|---|---|---|---|"]
    turned = []
    for score in every(name):
        if not score.items:
            continue  # this part has no items of the set
        lines.append(
            f"| {score.title} | {score.right} | {score.wrong} | {score.missed} |"
            f" {score.precision:.3f} | {score.recall:.3f} |"
        )
        turned += swapped(score) if score.title == "dates" else []
        if part.floors:
            for mistake in score.mistakes:
                print(f"  {score.title}: {mistake.item} {mistake.value!r}: {mistake.label!r}, not {mistake.found!r}")
    said = "which tables are mended by" if part.mended_by else "its first figures, before anybody had read it"
    swaps = f"- dates with day and month swapped: {len(turned)} (goal 0)"
    if not part.mended_by and stands(f"evaluated {name}"):
        print(*lines, swaps, f"not written: the first figures of the {name} part stay in RESULTS.md", sep="\n")
    else:
        made = f"The {name} part of the evaluation sets ({said}); `tests/evaluation/README.md` says how they were made."
        write(f"evaluated {name}", [made, "", *lines, "", swaps])
