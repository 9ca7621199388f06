"""How much is understood of words that the tables were not written from: ``python -m bench --evaluated open``."""

from __future__ import annotations

from tests.evaluation.scoring import Half, every, swapped

from .figures import stands, write

SAID: dict[Half, str] = {
    "open": "which tables are mended by",
    "joined": "which tables are mended by",
    "sealed": "opened once and not looked at since",
    "fresh": "its first figures: tables were mended by it afterwards",
    "unseen": "its first figures: tables were mended by it afterwards",
    "last": "its first figures: tables were mended by it afterwards",
}
OVERWRITTEN = ("open", "joined")  # of the others the first figures stay


def evaluate(half: Half) -> None:
    """Score every set of one part, and write its figures; mistakes are printed where tables are mended by them."""
    lines = ["| set | right | wrong | missed | precision | recall |", "|---|---|---|---|---|---|"]
    turned = []
    for score in every(half):
        if not score.right + score.wrong + score.missed:
            continue  # this part has no items of the set
        lines.append(
            f"| {score.title} | {score.right} | {score.wrong} | {score.missed} |"
            f" {score.precision:.3f} | {score.recall:.3f} |"
        )
        turned += swapped(score) if score.title == "dates" else []
        if half != "sealed":
            for mistake in score.mistakes:
                print(f"  {score.title}: {mistake.item} {mistake.value!r}: {mistake.label!r}, not {mistake.found!r}")
    head = (
        f"The {half} part of the evaluation sets ({SAID[half]}); `tests/evaluation/README.md` says how they were made."
    )
    swaps = f"- dates with day and month swapped: {len(turned)} (goal 0)"
    if half not in OVERWRITTEN and stands(f"evaluated {half}"):
        print(*lines, swaps, f"not written: the first figures of the {half} part stay in RESULTS.md", sep="\n")
    else:
        write(f"evaluated {half}", [head, "", *lines, "", swaps])
