"""
A coder at work on one document: messages in, acts on disk, messages out. No browser is needed.

Every message that asks for something is answered by ``ack`` or ``error`` with the message's number, and
never before the act is on disk. What the view shows follows the coder's file, whoever wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qualcode.coding import amend, hand
from qualcode.errors import QualcodeError, UsageError, did_you_mean
from qualcode.plaintext.durable import version_of
from qualcode.plaintext.folder import bytes_of
from qualcode.plural import number_of
from qualcode.study.codebook import read_codebook
from qualcode.study.coderfile import CoderFile, Excerpt, read_coder_file
from qualcode.study.study import CODEBOOK, Study
from qualcode.widget import view
from qualcode.widget.undo import Step, Steps

if TYPE_CHECKING:
    import pandas as pd

    from qualcode.widget.suggestions import Offers, Row

PROTOCOL = 2
"""The number of the messages' form; the script in the browser names the one it speaks."""
_KEPT = 500
Message = dict[str, Any]


class Session:
    """
    What one coder does in one kernel, on one document at a time.

    Undo and redo are kept here, in memory: they know the acts of this session on the document in view only, and
    each is an act of its own on the file.
    """

    def __init__(
        self,
        study: Study,
        document: str,
        coder: str,
        suggestions: pd.DataFrame | Sequence[Row] = (),
        at: tuple[int, int] | str | None = None,
    ) -> None:
        hand.check_coder(coder)
        self.study, self.coder = study, coder
        self.document = study.document(document)
        self.offers = _offers(study, coder, suggestions)
        self.offered: Message = {}
        self.rev = 0
        self.steps: dict[str, Steps] = {}
        self._answered: dict[str, list[Message]] = {}
        self._book_version = version_of(bytes_of(study.root, CODEBOOK))
        self.file = self._read()
        self.at = None if at is None else self._there(at)

    @property
    def done(self) -> list[Step]:
        """The acts on this document, the last at the end."""
        return self.steps.setdefault(self.document.id, Steps()).done

    @property
    def undone(self) -> list[Step]:
        """The acts on this document that were undone, and not followed by others."""
        return self.steps.setdefault(self.document.id, Steps()).undone

    @property
    def finished(self) -> bool:
        """Whether the coder has read every turn to its end: then others' tags may be seen."""
        return view.unread(self.document, self.file) == 0

    def handle(self, message: Mapping[str, Any]) -> list[Message]:
        """Answer one message; a message that was answered before gets the same answer, and does nothing."""
        about = {"seq": message.get("seq"), "view": message.get("view")}
        if message.get("v") != PROTOCOL:
            reason = "this view and the kernel are of different versions; restart the kernel and run the cell again"
            return [{"type": "error", **about, "reason": reason, "stale": True}]
        uid = str(message.get("uid") or "")
        if uid in self._answered:
            return [*self._answered[uid], self._state()]
        act = _ACTS.get(str(message.get("type")))
        try:
            if act is None:
                raise UsageError(f"unknown message {message.get('type')!r}; restart the kernel")
            if message.get("document", self.document.id) not in (self.document.id, None):
                raise UsageError(f"the widget shows {self.document.id} by now; nothing was written")
            answer = act(self, message)
        except QualcodeError as error:
            return [*self._news(), {"type": "error", **about, "reason": str(error)}]
        except (KeyError, TypeError, ValueError):
            reason = f"a message {message.get('type')!r} could not be read; run the cell again"
            return [{"type": "error", **about, "reason": reason}]
        replies = [*self._news(), *answer[1:], {"type": "ack", **about, "rev": self.rev, **answer[0]}]
        if uid:
            self._answered[uid] = [replies[-1]]
            while len(self._answered) > _KEPT:
                self._answered.pop(next(iter(self._answered)))
        return replies

    # -- what a message asks for: each returns what its ack holds, and further messages

    def _ready(self, message: Mapping[str, Any]) -> list[Message]:
        return [{}, *self._opened(message.get("view"), self.at)]

    def _go(self, message: Mapping[str, Any]) -> list[Message]:
        at = message.get("excerpt") or (int(message["start"]), int(message["end"]))
        was = self.document, self.file
        try:
            self.document = self.study.document(str(message["to"]))
            self.file = self._read()
            self.at = self._there(at)
        except QualcodeError:
            self.document, self.file = was
            raise
        self.rev += 1
        arrives = {"arrives": message.get("view")}
        return [{}, *({**m, **arrives} if m["type"] == "open" else m for m in self._opened(None, self.at))]

    def _opened(self, for_view: object, at: Message | None) -> list[Message]:
        opened = {"type": "open", "view": for_view, **view.opened(self.study, self.document, self.coder), "at": at}
        self.offered = self._offers_told()
        return [opened, self._state(), self.offered]

    def _codings(self, message: Mapping[str, Any]) -> list[Message]:
        if message.get("code") is None:
            return [{"counts": view.counts(self.study, self.coder)}]
        return [{"excerpts": view.of_code(self.study, self.coder, str(message["code"]))}]

    def _look(self, _: Mapping[str, Any]) -> list[Message]:
        return [{}]

    def _code(self, message: Mapping[str, Any]) -> list[Message]:
        start, end, codes = int(message["start"]), int(message["end"]), dict(message["codes"])
        there = [e for e in self._placed() if (e.anchor.start, e.anchor.end) == (start, end)]
        if there and set(codes) <= set(there[0].codes):
            return [{"excerpt": there[0].id, "says": f"{view.names(self.study, codes)} stands there already"}]
        if there:
            return self._amended(there[0], self._recoded(there[0], there[0].codes | codes))
        about = {k: message.get(k) for k in ("holder", "case", "memo")}
        made = hand.code_place(
            self.study, self.document.id, start, end, codes, coder=self.coder, quote=str(message["quote"]), **about
        )
        return self._did(
            Step(made, None), made, f"Coded {number_of(end - start, 'character')} as {view.names(self.study, codes)}"
        )

    def _recode(self, message: Mapping[str, Any]) -> list[Message]:
        was = self._known(message)
        return self._amended(was, self._recoded(was, dict(message["codes"])))

    def _resize(self, message: Mapping[str, Any]) -> list[Message]:
        was = self._known(message)
        place = int(message["start"]), int(message["end"])
        about: dict[str, Any] = {"coder": self.coder, "quote": str(message["quote"]), "seen": was}
        return self._amended(was, amend.resize(self.study, self.document.id, was.id, *place, **about))

    def _memo(self, message: Mapping[str, Any]) -> list[Message]:
        was, memo = self._known(message), str(message["memo"] or "")
        about: dict[str, Any] = {"coder": self.coder, "seen": was}
        return self._amended(was, amend.set_memo(self.study, self.document.id, was.id, memo, **about))

    def _holder(self, message: Mapping[str, Any]) -> list[Message]:
        was, holder = self._known(message), message["holder"] or None
        about: dict[str, Any] = {"coder": self.coder, "seen": was}
        return self._amended(was, amend.set_holder(self.study, self.document.id, was.id, holder, **about))

    def _remove(self, message: Mapping[str, Any]) -> list[Message]:
        was = self._known(message)
        amend.remove_excerpt(self.study, self.document.id, was.id, coder=self.coder, seen=was)
        return self._did(Step(None, was), was, f"Removed {view.names(self.study, was.codes)}")

    def _mark_read(self, message: Mapping[str, Any]) -> list[Message]:
        before = self._read().readings
        end = min(int(message["end"]), len(self.document.text))
        hand.mark_read(self.study, self.document.id, coder=self.coder, start=int(message.get("start", 0)), end=end)
        after = self._read().readings
        says = f"Read to here: {view.share_read(self.document, self._read())} percent"
        return self._did(Step(after, before), None, says)

    def _new_code(self, message: Mapping[str, Any]) -> list[Message]:
        words = f"Words of {self.document.id}." if message.get("quote") else f"Added by {self.coder} while coding."
        code = amend.add_code(self.study, str(message["label"]), str(message["family"]), why=words)
        changed = self._book_news()
        if message.get("quote"):
            answer = self._code({**message, "codes": {code.id: None}})
            return [answer[0] | {"code": code.id, "says": f"New code {code.label}. {answer[0]['says']}"}, *changed]
        return [{"code": code.id, "says": f"New code {code.label}, provisional"}, *changed]

    def _undo(self, _: Mapping[str, Any]) -> list[Message]:
        if not self.done:
            return [{"says": "Nothing to undo in this session"}]
        self.done[-1].take_back(self.study, self.document.id, self.coder)
        self.undone.append(self.done.pop())
        return self._says_of("Undone", self.undone[-1])

    def _redo(self, _: Mapping[str, Any]) -> list[Message]:
        if not self.undone:
            return [{"says": "Nothing to do again"}]
        self.undone[-1].reversed().take_back(self.study, self.document.id, self.coder)
        self.done.append(self.undone.pop())
        return self._says_of("Done again", self.done[-1])

    def _others(self, message: Mapping[str, Any]) -> list[Message]:
        if not message.get("on"):
            return [{"says": "Others' tags are hidden"}, {"type": "others", "excerpts": []}]
        left = view.unread(self.document, self._read())
        if left:
            raise UsageError(
                "others' tags show when you have read all; "
                f"{number_of(left, 'turn is', 'turns are')} not read to the end yet"
            )
        found = view.of_others(self.study, self.document, self.coder)
        coders = ", ".join(sorted({e["coder"] for e in found})) or "nobody else"
        return [{"says": f"{number_of(len(found), 'excerpt')} of {coders}"}, {"type": "others", "excerpts": found}]

    def _suggestions(self, message: Mapping[str, Any]) -> list[Message]:
        if self.offers:
            self.offers.asked = bool(message.get("on"))
        return [{"says": "Suggestions are shown" if message.get("on") else "Suggestions are hidden"}]

    def _accept(self, message: Mapping[str, Any]) -> list[Message]:
        offers, row = self._offer(message)
        part = None
        if message.get("quote") is not None:
            part = int(message["start"]), int(message["end"])
            hand.stretch(self.document, *part, str(message["quote"]))
        step, made = offers.accept(self.study, self.document, row, part)
        return self._did(step, made, f"Accepted {view.names(self.study, made.codes)}")

    def _reject(self, message: Mapping[str, Any]) -> list[Message]:
        offers, row = self._offer(message)
        step, turned = offers.reject(self.study, row)
        return self._did(step, None, f"Rejected {view.names(self.study, turned.codes)}")

    def _offer(self, message: Mapping[str, Any]) -> tuple[Offers, Row]:
        there = self.offers.of(self.study, self.document, self.file) if self.offers else {}
        if self.offers is None or message["suggestion"] not in there:
            raise UsageError("this suggestion is not open any more")
        return self.offers, there[message["suggestion"]]

    # -- what the acts share

    def _recoded(self, was: Excerpt, codes: Mapping[str, float | str | None]) -> Excerpt:
        return amend.recode(self.study, self.document.id, was.id, codes, coder=self.coder, seen=was)

    def _amended(self, was: Excerpt, becomes: Excerpt) -> list[Message]:
        if was == becomes:
            return [{"excerpt": was.id, "says": "Nothing changed"}]
        return self._did(Step(becomes, was), becomes, view.change(self.study, was, becomes))

    def _did(self, step: Step, excerpt: Excerpt | None, says: str) -> list[Message]:
        self.done.append(step)
        self.undone.clear()
        return [{"excerpt": excerpt.id if excerpt else None, "says": says}]

    def _says_of(self, word: str, step: Step) -> list[Message]:
        one = step.stands or step.instead
        if isinstance(one, Excerpt):
            what = "rejection of " if step.rejected else ""
            return [{"excerpt": one.id, "says": f"{word}: {what}{view.names(self.study, one.codes)}"}]
        return [{"says": f"{word}: read to here"}]

    def _known(self, message: Mapping[str, Any]) -> Excerpt:
        for one in self.file.excerpts:
            if one.id == message["excerpt"]:
                return one
        raise UsageError(f"no excerpt {message['excerpt']!r} of {self.coder} here any more; it was removed elsewhere")

    def _there(self, at: tuple[int, int] | str) -> dict[str, Any]:
        """Return the place to open at; an excerpt's id stands for where it is."""
        if not isinstance(at, str):
            anchor = hand.stretch(self.document, int(at[0]), int(at[1]), None)
            return {"start": anchor.start, "end": anchor.end}
        mine = {e.id: e for e in self._placed()}
        if at not in mine:
            hint = did_you_mean(at, mine) or "; open at a place instead: at=(start, end)"
            raise UsageError(f"{at!r} is no excerpt of {self.coder} in {self.document.id} as it now reads{hint}")
        return {"start": mine[at].anchor.start, "end": mine[at].anchor.end, "excerpt": at}

    def _placed(self) -> list[Excerpt]:
        return [e for e in self.file.excerpts if e.text == self.document.hash]

    def _read(self) -> CoderFile:
        path, name = hand.coder_path(self.study, self.coder, self.document.id)
        file, problems = read_coder_file(path, name, self.coder)
        if problems:
            raise UsageError(f"{problems[0]}; nothing is coded until the file is mended (`qualcode check`)")
        return file

    def _news(self) -> list[Message]:
        """Return what changed on disk since the view last heard, and take it over."""
        _, name = hand.coder_path(self.study, self.coder, self.document.id)
        news = self._book_news()
        if version_of(bytes_of(self.study.root, name)) == self.file.version:
            return [*news, *self._offers_news()]
        try:
            new = self._read()
        except QualcodeError as error:
            return [*news, {"type": "error", "seq": None, "view": None, "reason": str(error)}]
        was = {e.id: e for e in self._placed()}
        self.file, self.rev = new, self.rev + 1
        now = {e.id: e for e in self._placed()}
        changed = [view.excerpt(e) for name, e in now.items() if was.get(name) != e]
        patch = self._state() | {"changed": changed, "removed": [name for name in was if name not in now]}
        return [*news, patch, *self._offers_news()]

    def _offers_news(self) -> list[Message]:
        told, self.offered = self.offered, self._offers_told()
        return [self.offered] if told and told != self.offered else []

    def _offers_told(self) -> Message:
        if self.offers is None:
            return {"type": "suggestions", "suggestions": [], "count": 0, "hidden": False, "asked": False}
        return self.offers.message(self.study, self.document, self.file)

    def _book_news(self) -> list[Message]:
        path = self.study.root / CODEBOOK
        version = version_of(bytes_of(self.study.root, CODEBOOK))
        if version == self._book_version:
            return []
        book, problems = read_codebook(path, CODEBOOK)
        if problems or book is None:
            return []
        self._book_version, self.study = version, replace(self.study, codebook=book)
        return [{"type": "codes", **view.codebook(self.study)}]

    def _state(self) -> Message:
        share = view.share_read(self.document, self.file)
        return {
            "type": "patch",
            "rev": self.rev,
            "changed": [],
            "removed": [],
            "read": self.file.read_of(self.document.hash),
            "share": share,
            "finished": self.finished,
            "undo": len(self.done),
            "redo": len(self.undone),
        }


def _offers(study: Study, coder: str, suggestions: pd.DataFrame | Sequence[Row]) -> Offers | None:
    """Take suggestions where there are any; without them a widget opens without loading pandas."""
    if len(suggestions) == 0:
        return None
    from qualcode.widget.suggestions import Offers

    return Offers(study, coder, suggestions)


_ACTS: dict[str, Callable[[Session, Mapping[str, Any]], list[Message]]] = {
    "ready": Session._ready,
    "go": Session._go,
    "codings": Session._codings,
    "look": Session._look,
    "code": Session._code,
    "recode": Session._recode,
    "resize": Session._resize,
    "memo": Session._memo,
    "holder": Session._holder,
    "remove": Session._remove,
    "read": Session._mark_read,
    "new-code": Session._new_code,
    "undo": Session._undo,
    "redo": Session._redo,
    "others": Session._others,
    "suggestions": Session._suggestions,
    "accept": Session._accept,
    "reject": Session._reject,
}
