"""
Words by figure: which words one figure uses more than the other, tested over speakers.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from qualcode.errors import NotYetError, UsageError
from qualcode.search.hits import ANYWHERE, Where, figure_of, index_of, narrowed
from qualcode.search.index import Index
from qualcode.study import release
from qualcode.study.study import Study

if TYPE_CHECKING:
    import pandas as pd


def typical(
    study: Study,
    contrast: tuple[str, str] | None = None,
    where: Where = ANYWHERE,
    *,
    least: int = 5,
    speakers: int = 2,
    seed: int = 0,
    index: Index | None = None,
) -> pd.DataFrame:
    """
    Rank words by how typical they are of either of two figures, as their speakers' own turns have them.

    Documents that may not be quoted are left out. The concordance behind a word is
    ``concordance(study, search(study, word, table.attrs["where"], index=index))``.

    Args:
        contrast: two figures; left out, the codebook's.
        where: which part of the study; with ``within``, words inside text with these codes: a theme's words. One
            language at a time, since two languages differ in every word: left out, the one with most words.
        least: only words that stand so often; totals are of these words.
        speakers: only words of so many speakers.
        seed, index: as ``divergence.log_odds`` and ``search``.

    Returns:
        As ``divergence.log_odds``, one row a word (folded; of an index of lemmas, a lemma): the p are over
        speakers, so that one talkative person does not make a word typical; ``speakers_with`` says how many
        say it at all, and a p of a word that few say rests on those few. ``attrs["notes"]``,
        ``attrs["language"]``, ``attrs["where"]`` (the part of the study that was compared).

    Raises:
        UsageError: no contrast, a filter that names what is not there.
        NotYetError: a figure has no words here, or fewer than two words remain.
        StudyError: the study has problems.

    Example:
        >>> path = study.root / "interviews/2024-03-05-card-holder.md"
        >>> done = path.write_text(path.read_text("utf-8").replace("consent: paraphrase", "consent: quote"), "utf-8")
        >>> found = typical(open_study(study.root), ("issuer", "holder"), speakers=1)
        >>> found.loc["the", ["count_a", "count_b"]].tolist()
        [5.0, 4.0]
    """
    study.require_sound()
    two = contrast or study.codebook.contrast
    if len(two) != 2:
        raise UsageError("the codebook names no contrast; give two figures")
    held = index or index_of(study)
    every = list(zip(held.document.tolist(), held.start.tolist(), held.end.tolist(), strict=True))
    key = dict(zip(every, held.key.tolist(), strict=True))
    spoken: Counter[tuple[str, str, int]] = Counter()
    languages: Counter[str] = Counter()
    for stretch in narrowed(study, held, every, where):
        turn = held.documents[stretch[0]].turn_at(stretch[1])
        if turn and figure_of(study, turn.speaker.case) in two:
            if not release.verdict(held.documents[stretch[0]], stretch[1], stretch[2]).quotable:
                continue
            spoken[turn.language, turn.speaker.case, key[stretch]] += 1
            languages[turn.language] += 1
    language = where.language or max(sorted(languages), key=languages.__getitem__, default="")
    import pandas as pd

    from qualcode import divergence

    said = pd.DataFrame(
        [
            (case, figure_of(study, case), held.spellings[k], n)
            for (lang, case, k), n in spoken.items()
            if lang == language
        ],
        columns=["actor", "actor_figure", "word", "count"],
    ).sort_values(["actor", "word"], ignore_index=True)
    total = said.groupby("word")["count"].transform("sum")
    by = said.groupby("word")["actor"].transform("nunique")
    said = said[(total >= least) & (by >= speakers)]
    silent = [f for f in two if f not in set(said["actor_figure"])]
    if silent or said["word"].nunique() < 2:
        what = f"{silent[0]!r} has no words" if silent else "there are fewer than two words"
        raise NotYetError(f"{what} to compare here that stand {least} times or more, of {speakers} speakers or more")
    table = divergence.log_odds(said, (two[0], two[1]), theme="word", count="count", seed=seed)
    notes = [f"words in {language}: {languages[language]} of {languages.total()} that the two figures say"]
    left_out = [d.id for d in held.documents if not release.verdict(d).quotable]
    if left_out:
        notes.append(f"left out, since they may not be quoted: {', '.join(left_out)}")
    table.attrs["where"] = replace(where, figure=where.figure or list(two), language=language)
    table.attrs |= {"notes": [*notes, *held.notes, *table.attrs.get("notes", ())], "language": language}
    return table
