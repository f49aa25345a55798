"""
What can be undone: a session's own acts, document by document, each the inverse act on the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from qualcode.coding import amend
from qualcode.study.coderfile import Excerpt, Reading
from qualcode.study.study import Study


@dataclass(frozen=True, slots=True)
class Step:
    """
    One act, as far as it can be undone: what stands since, what stood before, and whether of what is rejected.

    ``besides`` holds what the same act did to the rejected ones, where it took rejections back.
    """

    stands: Excerpt | tuple[Reading, ...] | None
    instead: Excerpt | tuple[Reading, ...] | None
    rejected: bool = False
    besides: tuple[Step, ...] = ()

    def reversed(self) -> Step:
        """Return the act that takes this one back."""
        return replace(
            self, stands=self.instead, instead=self.stands, besides=tuple(one.reversed() for one in self.besides)
        )

    def take_back(self, study: Study, document: str, coder: str) -> None:
        """Undo it on disk; what somebody changed there since stays, and is an error."""
        if isinstance(self.stands, tuple) and isinstance(self.instead, tuple):
            amend.put_readings_back(study, document, self.stands, self.instead, coder=coder)
        elif not isinstance(self.stands, tuple) and not isinstance(self.instead, tuple):
            put_back = amend.put_back
            if self.rejected:
                from qualcode.suggest import put_back
            put_back(study, document, self.stands, self.instead, coder=coder)
        for one in self.besides:
            one.take_back(study, document, coder)


@dataclass(slots=True)
class Steps:
    """The acts of a session on one document."""

    done: list[Step] = field(default_factory=list)
    undone: list[Step] = field(default_factory=list)
