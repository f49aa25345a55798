"""Every number leads to what it counts, and every excerpt back to the numbers that count it."""

from __future__ import annotations

import json
import re
import shutil
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

from qualcode import agreement, network, open_study, present, tables
from qualcode.errors import UsageError
from qualcode.evidence import FORMULAS, MIME, Lead, from_json, to_json
from qualcode.plaintext.shard import opened, packed
from qualcode.report.frame import Page
from qualcode.report.markup import Html
from qualcode.report.site import _cited
from qualcode.report.typeset import Typeset
from qualcode.study.study import Study
from qualcode.tables import facts
from sitelists import as_shown, document, lists, shard, things

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
NUMBER = re.compile(r"[+-]?[\d,.]+ ?%?( to [+-]?[\d.,]+)?")
ROWS = pd.DataFrame(
    [("e1", "a", "d1"), ("e2", "a", "d1"), ("e2", "b", "d1"), ("e3", "b", "d2")],
    columns=["excerpt", "code", "document"],
)


@pytest.fixture(scope="module")
def site(written: Path) -> Path:
    return written / "build" / "site"


@pytest.fixture(scope="module")
def shown(site: Path, browser: str) -> dict[str, str]:
    """Return the pages of codes, cases and documents as a browser shows them."""
    return as_shown(site, browser)


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html)).strip()


def in_whose_mouth(study: Study) -> dict[str, str]:
    """
    Say how each excerpt must be quoted: read from the coders' lines and the texts, and not by what writes the pages.

    In the tiny study nobody is quoted in the one fieldnote, and each excerpt lies in one speaker's words.
    """
    found = {}
    for path in sorted((study.root / "coding").glob("*/**/*.jsonl")):
        document_ = study.documents[path.stem]
        for line in path.read_text("utf-8").splitlines():
            told = json.loads(line)
            if "excerpt" not in told:
                continue
            words = " ".join(document_.text[told["start"] : told["end"]].split())
            here = [t.speaker.case for t in document_.turns if t.words_start < told["end"] and told["start"] < t.end]
            answers = [case for case in here if case != "researcher"] or here
            speaker = told.get("case") or answers[0]
            label = study.cases[speaker].label if speaker else ""
            if told.get("holder") and told["holder"] != speaker:
                label += f", of {study.cases[told['holder']].label}"
            noted = document_.kind == "fieldnote"
            if document_.consent != "quote" or document_.release != "open":
                words = told["excerpt"]
                found[words] = words + " [withheld: "
            else:
                marked = document_.text[: told["start"]].endswith("[paraphrase] ")
                words = f"[paraphrase] {words}" if marked else words
                shown = f"{words} — observed: {label}" if noted and label else f"{words} — " if noted else ""
                shown = shown or f"“{words}” — {label}"
                found[told["excerpt"]] = shown
    return found


def numbers_of(page: Path) -> list[tuple[str, str]]:
    """Return every cell of the page's tables that is a number: as it is read, and its HTML."""
    found = re.findall(r"<td[^>]*>(.*?)</td>", page.read_text("utf-8"), re.DOTALL)
    return [(plain(cell), cell) for cell in found if NUMBER.fullmatch(plain(cell))]


def test_a_number_carries_the_ids_of_what_it_counts_each_once():
    """Excerpt e2 has two codes and is one excerpt; document d1 is one document."""
    frame = pd.DataFrame({"document": ["d1", "d2"], "excerpts": [2, 1], "codings": [3, 1]})
    behind = {
        "excerpts": present.counts(ROWS, "excerpt", "document"),
        "codings": present.counts(ROWS, "coding", "document"),
    }

    assert present.table(frame, behind=behind).leads == {
        (0, 1): Lead("excerpt", ("e1", "e2"), counts=True),
        (0, 2): Lead("coding", ("e1|a", "e2|a", "e2|b"), counts=True),
        (1, 1): Lead("excerpt", ("e3",), counts=True),
        (1, 2): Lead("coding", ("e3|b",), counts=True),
    }


def test_a_number_that_is_not_what_lies_behind_it_is_an_error():
    frame = pd.DataFrame({"document": ["d1"], "excerpts": [3]})

    with pytest.raises(UsageError, match="column 'excerpts', row 'd1': it says 3, and behind it are 2"):
        present.table(frame, behind={"excerpts": present.counts(ROWS, "excerpt", "document")})


def test_a_sum_is_compared_with_the_sum():
    rows = pd.DataFrame({"document": ["d", "d"], "turn": [1, 2], "words": [10, 5]})
    frame = pd.DataFrame({"document": ["d"], "words": [15]})
    made = present.table(frame, behind={"words": present.counts(rows, "turn", "document", total="words")})

    assert made.leads == {(0, 1): Lead("turn", ("d|1", "d|2"), counts=True)}


def test_a_computed_number_carries_its_formula_and_an_unknown_one_is_refused():
    frame = pd.DataFrame({"code": ["a"], "alpha": [0.5]})
    made = present.table(frame, behind={"alpha": present.computed(ROWS, "coding", "code", how="alpha")})

    assert made.leads == {(0, 1): Lead("coding", ("e1|a", "e2|a"), counts=False, how="alpha")}
    with pytest.raises(UsageError, match="unknown formula 'alhpa'; did you mean 'alpha'"):
        present.formula("alhpa")


def test_whose_coding_it_is_stands_behind_its_id():
    rows = ROWS.assign(coder="reader")

    assert present.counts(rows, "excerpt", "document").groups["d2",] == ("e3@reader",)


def test_what_is_carried_can_be_read_back_and_says_each_id_once():
    leads = {
        (0, 1): Lead("excerpt", ("e1", "e2", "e3"), counts=True),
        (0, 2): Lead("excerpt", ("e3", "e1"), counts=False, how="share"),
        (1, 1): Lead("excerpt", ("e1", "e2", "e3"), counts=True),
    }
    written = to_json(leads)

    assert written["ids"] == "e1 e2 e3"
    assert [k["of"] for k in written["lists"]] == ["0-2", "2 0"]
    cells, lists = from_json(json.loads(json.dumps(written)))
    assert {cell: lists[number] for cell, number in cells.items()} == leads


def test_a_shown_table_carries_ids_and_no_words(card: Path):
    study = open_study(card)
    codings = tables.codings(study)
    shown = present.table(codings[["excerpt", "quote"]])._repr_mimebundle_()

    assert shown[MIME]["ids"].split() == list(dict.fromkeys(codings["excerpt"]))


def test_what_two_coders_gave_is_what_agreement_counts(card: Path):
    study = open_study(card)
    both = pd.concat([tables.codings(study, coder) for coder in study.coders])
    read = {"coverage": tables.coverage(study), "turns": tables.turns(study)}
    found = agreement.agreement(both, **read, resamples=0)
    given = agreement.given(both, **read)

    assert len(given) == found.set_index("scope").loc["overall", "given"]
    assert len(agreement.read_by_two(both, **read)) == found.set_index("scope").loc["overall", "units"]
    for family, units in found[found["scope"] == "family"].set_index("family")["units"].items():
        assert len(agreement.read_by_two(both, **read, family=str(family))) == units
    told = found[(found["scope"] == "code") & (found["given"] > 0)].set_index("code")["given"]
    assert given.groupby("code").size().to_dict() == told.to_dict()


def test_ties_as_a_table_stand_once_or_at_both_ends():
    held = pd.DataFrame(
        [("ann", "t", 1.0), ("bob", "t", 1.0), ("cleo", "t", -1.0)], columns=["actor", "theme", "stance"]
    ).assign(document="d", excerpt=["e1", "e2", "e3"])
    graph = network.discourse_network(held, actor="actor", concept="theme", kind="subtract", carry=())

    ties = network.pairs(graph)
    assert ties[["a", "b", "through"]].to_numpy().tolist() == [
        ["ann", "bob", "t"],
        ["ann", "cleo", "t"],
        ["bob", "cleo", "t"],
    ]
    ends = network.pairs(graph, ends=True)
    assert ends["node"].tolist() == ["ann", "ann", "bob", "bob", "cleo", "cleo"]


def test_a_cross_table_leads_to_its_rows():
    table = pd.DataFrame({"motion": ["voted", "voted", "none"], "group": ["yes", "no", "no"]})
    table.attrs["name"] = "towns"
    behind = facts.behind_cross(table, "motion", "group")
    shown = present.table(facts.cross(table, "motion", "group"), behind=behind)

    assert shown.headings == ("motion", "no", "yes", "all")
    assert shown.leads[1, 2].ids == ("towns/0",)
    assert shown.leads[2, 3].ids == ("towns/0", "towns/1", "towns/2")


def test_every_number_in_a_table_of_the_site_leads_somewhere(site: Path):
    """Nought counts nothing and has nowhere to lead; nothing else is exempt."""
    bare = [
        (page.relative_to(site).as_posix(), shown)
        for page in sorted(site.rglob("*.html"))
        for shown, cell in numbers_of(page)
        if "<a " not in cell and float(re.sub(r"[^\d.]", "", shown)) != 0
    ]
    led = [shown for page in sorted(site.rglob("*.html")) for shown, cell in numbers_of(page) if "<a " in cell]

    assert bare == []
    assert len(led) > 60


def test_a_number_that_counts_is_as_long_as_its_list(site: Path):
    """Followed as a reader follows it: the link, the list, its rows. Words are the sum that the turns say."""
    checked = 0
    for page in sorted(site.rglob("*.html")):
        for shown, cell in numbers_of(page):
            href = re.search(r'href="([^"#]*evidence/[^"#]+)#(list-\d+)"', cell)
            if not href:
                continue
            found = lists((page.parent / href[1]).resolve())[href[2]]
            if "Computed from" in found.told:
                continue
            words = 0
            if found.unit == "turn":
                words = sum(document(site, d)["turns"][int(place) - 1][4] for d, place in found.rows)
            assert float(shown.replace(",", "")) in (len(found.rows), words), (page.name, shown, href[0])
            checked += 1

    assert checked > 40


def test_the_pages_show_every_row_of_every_list_with_its_words(site: Path, browser: str):
    """In Chromium, from disk: as many rows as the list has, each with the words that stand at its place."""
    from playwright.sync_api import sync_playwright

    pages = sorted((site / "evidence").glob("*.html"))
    wrong: list[str] = []
    shown: dict[str, dict[str, list[str]]] = {}
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser, args=list(FLAGS))
        page = chromium.new_context(offline=True).new_page()
        page.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: wrong.append(str(e)))
        for path in pages:
            page.goto(path.as_uri())
            page.evaluate("document.querySelectorAll('details.list').forEach(list => { list.open = true; })")
            page.wait_for_selector("details.list:not([data-ready])", state="detached", timeout=20_000)
            shown[path.stem] = page.evaluate(
                """Object.fromEntries([...document.querySelectorAll('details.list')].map(
                  list => [list.id, [...list.querySelectorAll(':scope > ol > li')].map(li => li.textContent)]))"""
            )
        chromium.close()

    assert wrong == []
    assert len(pages) > 8
    mouths = in_whose_mouth(open_study(site.parents[1]))
    texts = {n: document(site, n) for n in range(len(shard(site, "names")["documents"]))}
    for path in pages:
        told = things(path)
        for name, found in lists(path).items():
            seen = shown[path.stem][name]
            assert len(seen) == len(found.rows), (path.name, name)
            for (at, place), words in zip(found.rows, seen, strict=True):
                about, first = texts[at], int(place.split(".")[0])
                if found.unit == "thing":
                    assert words == plain(told[first])
                elif found.unit in ("excerpt", "coding", "statement"):
                    named = about["excerpts"][first][0]
                    assert words.startswith(mouths[named]), (path.name, name, words)
                else:
                    assert f"turn {first}" in words


def test_every_quotation_on_a_codes_and_a_cases_page_is_in_the_right_mouth(site: Path, shown: dict[str, str]):
    """Of each excerpt under its code: the words and who says them. On a case's page nothing under *What they say* is
    another's, and what is another's view says whose.
    """
    study = open_study(site.parents[1])
    mouths, cases = in_whose_mouth(study), {c.label: c for c in study.cases.values()}
    seen = set()
    for code in study.codebook.codes.values():
        page = shown[f"codes/{code.id.replace('/', '--')}.html"]
        for told in re.findall(r'<p class="excerpt">(.*?)</p>', page, re.DOTALL):
            named = re.search(r"\.html#(\w+)", told)
            assert named
            words = re.search(r"<strong>(.*?)</strong>", told, re.DOTALL)
            who = re.split(r", 2024-|^2024-", plain(told.rpartition(" — ")[2]))[0]
            expected = mouths[named[1]]
            if words:
                assert expected.endswith(f" — {who}")
                assert plain(words[1]) == expected.rpartition(" — ")[0].removeprefix("[paraphrase] ").strip("“”")
            seen.add(named[1])
    assert len(seen) >= 12
    for case in study.cases.values():
        page = shown[f"cases/{case.id}.html"]
        for title, part in re.findall(r"<h2>(What [^<]*)</h2>(.*?)(?=<h2>|</article>)", page, re.DOTALL):
            for told in re.findall(r"<li>(.*?)</li>", part, re.DOTALL):
                named = re.search(r"\.html#(\w+)", told)
                assert named
                if mouths[named[1]].endswith("[withheld: "):
                    continue
                mouth = mouths[named[1]].rpartition(" — ")[2]
                speaker = mouth.removeprefix("observed: ").split(", of ")[0]
                assert (title == "What was observed of them") == mouth.startswith("observed: ")
                assert (title == "What others say of them") == (cases[speaker] is not case)
                assert plain(told).count(f"(, of {mouth.rpartition(', of ')[2]})") == (
                    ", of " in mouth and cases[speaker] is case
                )


def test_an_excerpt_leads_back_to_every_table_that_counts_it(site: Path, shown: dict[str, str]):
    study = open_study(site.parents[1])
    tables_shown = shard(site, "tables")
    about = {name: document(site, n) for n, name in enumerate(study.documents)}
    for document_, _, excerpt in study.excerpts():
        page = shown[f"documents/{document_.id}.html"]
        line = page.partition(f'<a href="#{excerpt.id}"')[2] or page.partition(f"<code>{excerpt.id}</code>")[2]
        back = about[document_.id]["back"][excerpt.id].split()
        assert f"<summary>in {len(back)} table{'s' if len(back) != 1 else ''}</summary>" in line.partition("</li>")[0]
        for told in back:
            number, _, named = told.partition(":")
            table = tables_shown[int(number)]
            assert re.fullmatch(r"[\w-]+\.html#[\w.-]+", table["page"])
            for one in named.split(","):
                assert one in table["headings"]
                if int(one) not in table["own"]:
                    continue
                found = lists(site / table["lists"])[f"list-{one}"]
                held = [document(site, d)["excerpts"][int(place.split(".")[0])][0] for d, place in found.rows]
                assert excerpt.id in held


def test_where_the_chapters_lead_to_an_excerpt_is_each_section_once():
    link = '<a href="documents/{}.html#{}">words</a>'
    body = link.format("a", "e0000000001") + '<section id="one"><h2>One</h2>' + link.format("a", "e0000000001") * 2
    body += '</section><section id="two">' + link.format("b-1", "e0000000002") + link.format("a", "e0000000001")
    pages = {"talk": Page("The talk", Html(body)), "other": Page("Other", Html(link.format("a", "turn-1")))}

    assert _cited(Typeset(pages, Path())) == {
        "e0000000001": [("talk.html", "The talk"), ("talk.html#one", "The talk"), ("talk.html#two", "The talk")],
        "e0000000002": [("talk.html#two", "The talk")],
    }


def test_an_excerpts_line_says_in_which_chapters_it_is_shown(site: Path, tmp_path: Path, browser: str):
    """The register of a site that leads there; a title that is markup stays words."""
    copy = Path(shutil.copytree(site, tmp_path / "site"))
    study = open_study(site.parents[1])
    name, excerpt = next((d.id, e.id) for d, _, e in study.excerpts() if d.id == "2024-02-12-desk-officer")
    n = list(study.documents).index(name)
    file = copy / f"_words/{n // 8}.js"
    told = opened(file.read_text("utf-8"))
    assert told
    documents = json.loads(told[1])
    documents[n % 8]["cited"] = {excerpt: [["talk.html#one", "<b>The talk</b>"], ["corpus.html", "Corpus"]]}
    file.write_text(packed(told[0], json.dumps(documents).encode()), "utf-8", newline="\n")

    line = as_shown(copy, browser, ("documents",))[f"documents/{name}.html"].partition(f'href="#{excerpt}"')[2]

    one, two = '<a href="../talk.html#one">&lt;b&gt;The talk&lt;/b&gt;</a>', '<a href="../corpus.html">Corpus</a>'
    assert f"; shown in {one}, {two}</li>" in line.partition("</ul>")[0]


def test_a_withheld_excerpt_is_listed_by_its_id_with_the_reason(site: Path):
    study = open_study(site.parents[1])
    held = {e.id for d, _, e in study.excerpts() if d.id == "2024-03-05-card-holder"}
    number = list(study.documents).index("2024-03-05-card-holder")
    about = document(site, number)
    listed = {
        about["excerpts"][int(place.split(".")[0])][0]
        for found in lists(site / "evidence" / "corpus--corpus-15.html").values()
        for d, place in found.rows
        if d == number
    }

    assert held
    assert held <= listed
    assert about["withheld"] == "[withheld: consent allows paraphrase only]"
    assert about["words"] == ""


def test_a_quotation_leads_to_its_place(card: Path):
    """A table that shows the column ``quote`` of rows with an excerpt leads there without being asked."""
    study = open_study(card)
    wanted = tables.codings(study)["excerpt"].iloc[:1]
    shown = present.table(present.excerpts(study, wanted), {"quote": "words", "who": "who"})

    assert shown.leads == {(0, 0): Lead("excerpt", (wanted.iloc[0],), counts=False)}


def test_every_formula_is_on_the_methods_page(site: Path):
    page = (site / "methods.html").read_text("utf-8")

    assert [f for f in FORMULAS if f'id="formula-{f}"' not in page] == []


def test_a_list_with_an_excerpt_that_is_gone_stops_the_build(card: Path):
    """What a chapter was run on and what the pages are made from must be the same study."""
    from qualcode.report.lists import Cell, Evidence, Shown

    cell = Cell("row", "excerpts", "2", Lead("excerpt", ("e0", "e1"), counts=True), 0)
    with pytest.raises(UsageError, match="no excerpt 'e0' in this study"):
        Evidence(open_study(card)).pages([Shown("corpus", "c", "Table 1", "", [cell])])
    some = tables.codings(open_study(card))["excerpt"].iloc[0]
    wrong = Cell("row", "excerpts", "2", Lead("excerpt", (some,), counts=True), 0)
    with pytest.raises(UsageError, match="Table 1, row, excerpts: 2, and behind it are 1"):
        Evidence(open_study(card)).pages([Shown("corpus", "c", "Table 1", "", [wrong])])
