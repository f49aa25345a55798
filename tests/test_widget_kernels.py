"""Two real kernels on one document and one coder: what each acknowledged is on disk, whatever happens to the other."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import KernelManager

from qualcode.study.coderfile import read_coder_file
from qualcode.widget.session import PROTOCOL

OFFICER = "2024-02-12-desk-officer"
ACCESS = "function/access"
BEGIN = """
import qualcode
from qualcode.widget import coder
shown = coder(qualcode.open_study({root!r}), {document!r}, coder="me")
print(shown.model_id)
"""


class Kernel:
    """A kernel with a widget in it, spoken to as a browser speaks to it: by messages of its comm."""

    def __init__(self, root: Path) -> None:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(cwd=str(root))
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)
        self.shown: dict[str, dict[str, Any]] = {}
        printed: list[str] = []
        self.client.execute_interactive(
            BEGIN.format(root=str(root), document=OFFICER),
            timeout=120,
            output_hook=lambda m: printed.append(m["content"].get("text", "")),
        )
        self.comm = "".join(printed).strip()
        assert len(self.comm) == 32, printed

    def tell(self, seq: int, kind: str, **about: Any) -> None:
        """Send what a view would send; do not wait."""
        content = {"v": PROTOCOL, "seq": seq, "view": "here", "type": kind, **about}
        data = {"method": "custom", "content": content}
        self.client.shell_channel.send(self.client.session.msg("comm_msg", {"comm_id": self.comm, "data": data}))

    def hear(self) -> dict[str, Any]:
        """Return the next message to a view; follow what it says is there."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            heard = self.client.get_iopub_msg(timeout=60)
            if heard["msg_type"] == "comm_msg" and heard["content"]["data"].get("method") == "custom":
                content: dict[str, Any] = heard["content"]["data"]["content"]
                if content["type"] == "open":
                    self.shown = {e["id"]: e for e in content["excerpts"]}
                elif content["type"] == "patch":
                    self.shown |= {e["id"]: e for e in content["changed"]}
                    for gone in content["removed"]:
                        self.shown.pop(gone, None)
                return content
        pytest.fail("the kernel said nothing")

    def answer(self, seq: int) -> dict[str, Any]:
        """Wait for the answer to one message."""
        while True:
            heard = self.hear()
            if heard["type"] in ("ack", "error") and heard["seq"] == seq:
                return heard

    def end(self) -> None:
        """Stop the kernel."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def kernels(card: Path) -> Iterator[list[Kernel]]:
    """Start two kernels on one copy of the study."""
    started = [Kernel(card), Kernel(card)]
    yield started
    for one in started:
        one.end()


def on_disk(card: Path) -> dict[str, str]:
    file, problems = read_coder_file(card / f"coding/coders/me/{OFFICER}.jsonl", "file", "me")
    assert problems == []
    return {e.id: e.anchor.quote for e in file.excerpts}


def stretches(kernel: Kernel, count: int) -> list[dict[str, Any]]:
    """Return that many different stretches to code, as the view sees them."""
    kernel.tell(1, "ready")
    while (opened := kernel.hear())["type"] != "open":
        pass
    kernel.answer(1)
    text = opened["text"]
    places = [(4 * a, 4 * a + 4) for a in range(count)]  # apart: what overlaps is one statement
    return [{"start": a, "end": b, "quote": text[a:b], "codes": {ACCESS: None}} for a, b in places]


def test_two_kernels_act_at_once_one_is_killed_and_nothing_that_was_said_is_lost(card: Path, kernels: list[Kernel]):
    """Forty acts each, sent without waiting; the second kernel gets SIGKILL in the middle of its own."""
    one, two = kernels
    places = stretches(one, 80)
    stretches(two, 1)
    for n in range(40):
        one.tell(10 + n, "code", **places[2 * n])
        two.tell(10 + n, "code", **places[2 * n + 1])
    said = [two.answer(10 + n) for n in range(12)]
    two.manager.signal_kernel(signal.SIGKILL)
    acks = [one.answer(10 + n) for n in range(40)]
    one.tell(90, "look")
    one.answer(90)
    kept = on_disk(card)

    assert {a["type"] for a in acks + said} == {"ack"}
    assert {a["excerpt"] for a in acks + said} <= set(kept)
    assert len({a["excerpt"] for a in acks + said}) == 52
    quotes = [p["quote"] for p in places]
    assert set(kept.values()) <= set(quotes)
    assert 52 <= len(kept) <= 80  # the second may have written more than it lived to say
    assert set(one.shown) == set(kept)  # and the first shows all of it
    one.tell(91, "undo")
    assert one.answer(91)["type"] == "ack"
    assert set(on_disk(card)) == set(kept) - {acks[-1]["excerpt"]}
    left = [p.name for p in (card / "coding").rglob("*") if p.is_file() and "part" in p.name]
    assert left == []


def test_two_living_kernels_show_each_others_acts_and_a_new_one_shows_all(card: Path, kernels: list[Kernel]):
    one, two = kernels
    places = stretches(one, 20)
    stretches(two, 1)
    for n in range(10):
        one.tell(10 + n, "code", **places[2 * n])
        two.tell(10 + n, "code", **places[2 * n + 1])
    first, second = ([k.answer(10 + n)["excerpt"] for n in range(10)] for k in kernels)
    for k in kernels:
        k.tell(50, "look")
        k.answer(50)
    assert set(one.shown) == set(two.shown) == set(on_disk(card)) == {*first, *second}
    two.tell(51, "memo", excerpt=first[0], memo="From the second.")
    assert two.answer(51)["type"] == "ack"
    one.tell(52, "remove", excerpt=first[0])
    refused = one.answer(52)
    assert refused["type"] == "error"
    assert "changed elsewhere" in refused["reason"]
    again = Kernel(card)
    stretches(again, 1)
    again.end()
    assert set(again.shown) == set(on_disk(card))
    assert json.dumps(again.shown[first[0]]["memo"]) == '"From the second."'
