"""
How long the widget takes in each browser: opening, from a key to paint, scrolling; beside a bare page with the same
text. Opening ends when the words and the lanes of what is in view are there; most of it is the way of the text through
the test's stand-in for a kernel, so what comes after is told apart.

Run from the root of the repository: `python benchmarks/widget.py`. Medians of several pages at two sizes.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT / "tests"))

import qualcode  # noqa: E402
from coderpage import Page, chromium, firefox  # noqa: E402
from qualcode.plaintext.anchor import Anchor  # noqa: E402
from qualcode.study.coderfile import CoderFile, Excerpt  # noqa: E402
from qualcode.study.document import words  # noqa: E402
from qualcode.widget.session import Session  # noqa: E402

OFFICER = "2024-02-12-desk-officer"
RUNS = 5
SIZES = ((10_000, 500), (20_000, 1_000))
HEAD = (
    *("browser", "page", "opening ms", "of it since the text came ms"),
    *("key to paint ms (p95)", "key to disk and paint ms (p95)", "frame while scrolling ms (p95)"),
)
BROWSERS = {"chromium": chromium, "firefox": firefox}
FRAME = """() => new Promise(done => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"""
WATCH = """what => {
  window.began = performance.now();
  window.opened = new Promise(done => {
    const there = () => setTimeout(() => done(performance.now()));
    const look = () => document.querySelector(what) ? there() : requestAnimationFrame(look);
    look();
  });
}"""
KEY = """() => new Promise(done => {
  addEventListener('keydown', e => requestAnimationFrame(() => setTimeout(() => done(performance.now() - e.timeStamp))),
    { capture: true, once: true });
  window.ready = true;
})"""
SCROLL = """async box => {
  const times = []; let last = performance.now();
  for (let n = 0; n < 80; n++) {
    box.scrollTop += 90;
    await new Promise(done => requestAnimationFrame(done));
    const now = performance.now(); times.push(now - last); last = now;
  }
  return times;
}"""
BARE = """async parts => {
  const start = performance.now(), box = document.createElement('div');
  box.className = 'qc-doc'; box.style = 'height:30em;overflow:auto;white-space:pre-wrap';
  box.append(...parts.map(words => { const p = document.createElement('p'); p.append(words); return p; }));
  document.body.append(box);
  const style = document.createElement('style'); style.textContent = '::highlight(one){background:#0072b240}';
  document.head.append(style);
  let n = 0; const one = new Highlight(); CSS.highlights.set('one', one);
  addEventListener('keydown', () => { const t = box.children[n++].firstChild;
    one.add(new StaticRange({ startContainer: t, startOffset: 0, endContainer: t, endOffset: 20 })); });
  await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - start;
}"""


def study(folder: Path, size: int, excerpts: int) -> qualcode.Study:
    """Lay out the tiny study with an interview of *size* words, and *excerpts* that overlap."""
    root = Path(shutil.copytree(PROJECT / "tests" / "citizen-card", folder / f"study-{excerpts}"))
    for file in (root / "coding").rglob(f"{OFFICER}.jsonl"):
        file.unlink()
    draw = random.Random(1)
    stock = ["card", "desk", "city", "paper", "register", "neighbour", "\U0001f600", "école", "form", "somebody"]
    turns, total = [], 0
    while total < size:
        said = " ".join(draw.choice(stock) for _ in range(draw.randint(20, 120)))
        turns.append(f"{'Q' if len(turns) % 2 == 0 else 'OFFICER'}: {said}.")
        total += words(said)
    path = root / f"interviews/{OFFICER}.md"
    head = path.read_text("utf-8").split("---\n")[1]
    path.write_text(f"---\n{head}---\n" + "\n\n".join(turns) + "\n", "utf-8")
    book = root / "coding/codebook.yaml"
    example = "    example: {document: 2024-02-12-desk-officer"
    book.write_text("".join(x for x in book.read_text("utf-8").splitlines(True) if not x.startswith(example)), "utf-8")
    opened = qualcode.open_study(root)
    text, codes = opened.document(OFFICER).text, list(opened.codebook.codes)
    made = []
    for n in range(excerpts):
        turn = draw.choice(opened.document(OFFICER).turns)
        start = draw.randrange(turn.words_start, turn.end - 40)
        end = min(turn.end, start + draw.randint(30, 300))
        code = {draw.choice(codes): None}
        made.append(
            Excerpt(
                f"e{n:010x}", Anchor.take(text, start, end), opened.document(OFFICER).hash, code, "2024-04-01T10:00:00Z"
            )
        )
    file = CoderFile("me", OFFICER, f"coding/coders/me/{OFFICER}.jsonl", tuple(made))
    (root / "coding/coders/me").mkdir()
    (root / file.path).write_text(file.to_text(), "utf-8")
    return qualcode.open_study(root)


def key(page: Any) -> float:
    """Press a key; return the time from the key's own stamp to after the next frame."""
    waiting = page.evaluate_handle(f"() => {{ const p = ({KEY})(); return {{ p }}; }}")
    page.keyboard.press("9")
    return float(page.evaluate("h => h.p", waiting))


def bare(browser: Any, opened: qualcode.Study) -> dict[str, list[float]]:
    """Measure a page that shows the same words in paragraphs, and on a key marks twenty characters."""
    source = opened.document(OFFICER)
    context = browser.new_context(viewport={"width": 1180, "height": 900})
    page = Page(context).page
    found = {"open": [page.evaluate(BARE, [source.text[t.words_start : t.end] for t in source.turns])]}
    found["key"] = [key(page) for _ in range(10)]
    found["scroll"] = page.evaluate(SCROLL, page.query_selector(".qc-doc"))
    context.close()
    return found


def widget(browser: Any, opened: qualcode.Study) -> dict[str, list[float]]:
    """Measure the widget: what a key shows at once (pending), and what it shows when it is on disk."""
    context = browser.new_context(viewport={"width": 1180, "height": 900})
    page = Page(context)
    page.page.evaluate("import('/coder.js')")
    page.page.evaluate(WATCH, ".qc-bar" if opened.coded["me", OFFICER].excerpts else ".qc-words")
    page.mount(Session(opened, OFFICER, "me"))
    shown = page.page.evaluate("opened")
    found: dict[str, list[float]] = {"open": [shown - page.page.evaluate("began")]}
    found["drawn"] = [shown - page.page.evaluate("views[0].came")]
    found["key"], found["saved"] = [], []
    for n in range(10):
        page.select(n, 5, n, 60)
        page.page.wait_for_timeout(60)
        before = page.page.evaluate("performance.now()")
        found["key"].append(key(page.page))
        page.page.wait_for_function("() => ![...CSS.highlights.keys()].some(k => k.endsWith('pending'))", polling=5)
        found["saved"].append(page.page.evaluate(FRAME) - before)
    found["scroll"] = page.page.evaluate(SCROLL, page.page.query_selector(".qc-doc"))
    context.close()
    return found


def main() -> None:
    """Print the table."""
    print(f"| {' | '.join(HEAD)} |")
    print("|---|---|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for name, start in BROWSERS.items():
            path = next((found for n in (name, f"{name}-esr", "google-chrome") if (found := shutil.which(n))), None)
            if path is None:
                print(f"| {name} | not on this machine ||||")
                continue
            with start(path) as browser:
                for size, excerpts in SIZES:
                    for what, way, tagged in (
                        (f"bare page, {size:,} words", bare, 0),
                        ("widget, no excerpt", widget, 0),
                        (f"widget, {excerpts:,} overlapping excerpts", widget, excerpts),
                    ):
                        print(f"| {name} | {what} | {measured(browser, way, Path(folder), size, tagged)} |", flush=True)


def measured(browser: Any, way: Any, folder: Path, size: int, excerpts: int) -> str:
    """Run one way several times, each on a fresh copy; return the cells of its row."""
    all_runs: dict[str, list[float]] = {}
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory(dir=folder) as again:
            for what, times in way(browser, study(Path(again), size, excerpts)).items():
                all_runs.setdefault(what, []).extend(times)
    cells = [f"{median(all_runs[what]):.0f}" if what in all_runs else "" for what in ("open", "drawn")]
    for what in ("key", "saved", "scroll"):
        times = all_runs.get(what)
        cells.append(f"{median(times):.0f} ({quantiles(times, n=20)[-1]:.0f})" if times else "")
    return " | ".join(cells)


if __name__ == "__main__":
    main()
