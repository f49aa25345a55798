"""
What can go wrong, said to a researcher: where, what, what next.

::

    QualcodeError          everything this package raises on purpose
    ├── StudyError         a study has problems; carries all of them
    ├── SourceError        one file cannot be read as what it should be; carries its problems
    ├── UsageError         a call or a command asks for something that is not there
    │   ├── NotYetError        a chapter has too little to work on so far
    │   ├── UnsettledError     a document has several coders and nothing agreed
    │   └── MissingExtraError  a door needs a package that not everybody installs
    └── WriteError         a file was not written, and nothing was lost

Messages name files, lines and ids. They never repeat a document's text, since logs travel further
than consent does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from unicodedata import category


def plain(words: str) -> str:
    r"""
    Return *words* on one line, signs that a terminal obeys or cannot write told by their numbers.

    Example:
        >>> print(plain("a name\x1b[2J"))
        a name\x1b[2J
    """
    if words.isprintable():
        return words
    return "".join(c if c.isprintable() or category(c) == "Zs" else _told(c) for c in words)


def _told(sign: str) -> str:
    return ascii(sign)[1:-1]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """
    One thing to mend; ordered by path, then line. ``line`` counts from 1, 0 is the whole file.

    Example:
        >>> problem = Problem("interviews/i05.md", 3, "date '2018-06-31' does not exist (June has 30 days)")
        >>> str(problem)
        "interviews/i05.md:3: date '2018-06-31' does not exist (June has 30 days)"
        >>> sorted([problem, Problem("coding/codebook.yaml", 0, "is not there")])[0].path
        'coding/codebook.yaml'
    """

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        at = f"{self.path}:{self.line}" if self.line else self.path
        return plain(f"{at}: {self.message}")


@dataclass(frozen=True, slots=True, order=True)
class Notice:
    """
    What a number does not tell by itself, and what to do; ordered by path, then line (0 is the whole file).

    A problem makes numbers meaningless and stops every table; a notice is told beside them and stops nothing.

    Example:
        >>> str(Notice("coding/cases.csv", 4, "nothing says on what the figure rests"))
        'coding/cases.csv:4: nothing says on what the figure rests'
    """

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        at = f"{self.path}:{self.line}" if self.line else self.path
        return plain(f"{at}: {self.message}")


class QualcodeError(Exception):
    """
    Everything this package raises on purpose.

    Example:
        >>> try:
        ...     study.document("2024-02-20-mediatro")
        ... except QualcodeError as error:
        ...     print(error)
        unknown document '2024-02-20-mediatro'; did you mean '2024-02-20-mediator'?
    """


class SourceError(QualcodeError):
    """
    A file is not what it should be; ``problems`` lists all that was found in it.

    Example:
        >>> error = SourceError([Problem("ties.csv", 3, "no case"), Problem("cases.csv", 2, "kind is missing")])
        >>> [str(problem) for problem in error.problems]
        ['cases.csv:2: kind is missing', 'ties.csv:3: no case']
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


class StudyError(QualcodeError):
    """
    A study has problems; the message is the first, ``problems`` lists all.

    Example:
        >>> gone = (study.root / "coding/cases.csv").unlink()
        >>> try:
        ...     tables.statements(open_study(study.root))
        ... except StudyError as error:
        ...     print(len(error.problems), error.problems[0])
        1 coding/cases.csv: the file is missing; write one with the columns case, label, kind
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        more = len(self.problems) - 1
        rest = f"\n(and {more} more: run `qualcode check`)" if more > 0 else ""
        super().__init__(f"{self.problems[0]}{rest}")


class UsageError(QualcodeError):
    """
    A call or a command asks for something that is not there.

    Example:
        >>> study.document("2024-02-20-mediatro")
        Traceback (most recent call last):
            ...
        qualcode.errors.UsageError: unknown document '2024-02-20-mediatro'; did you mean '2024-02-20-mediator'?
    """


class ClaimError(QualcodeError):
    """
    A sentence of a chapter does not hold against the data any more.

    Example:
        >>> from qualcode.present import claim
        >>> claim("Nobody speaks.", len(statements) == 0)
        Traceback (most recent call last):
            ...
        qualcode.errors.ClaimError: this does not hold (condition 1): 'Nobody speaks.'; mend the sentence or the data
    """


class NotYetError(UsageError):
    """
    A chapter has too little to work on so far; the report ends it there and goes on with the next.

    Example:
        >>> from qualcode.present import need
        >>> need(statements.head(0), "statements")
        Traceback (most recent call last):
            ...
        qualcode.errors.NotYetError: there are no statements in this study yet
    """


class UnsettledError(UsageError):
    """
    A document was coded by several and nothing is agreed; ``for_command`` says it to who called a command.

    Example:
        >>> str(UnsettledError("i1", ["ann", "ben"]))
        "'i1' was coded by ann, ben and nothing is agreed; say coder=, or settle in coding/agreed/"
    """

    def __init__(self, document: str, coders: Iterable[str]) -> None:
        what = f"{document!r} was coded by {', '.join(coders)} and nothing is agreed"
        self.for_command = f"{what}; say --coder NAME, or settle: `qualcode compare`, then `qualcode settle`"
        super().__init__(f"{what}; say coder=, or settle in coding/agreed/")


class MissingExtraError(UsageError):
    """
    A door of the house needs a package that not everybody installs; the message says which extra brings it.

    Example:
        >>> str(MissingExtraError("write a workbook", "xlsx"))
        "to write a workbook, install what it needs: pip install 'qualcode[xlsx]'"
    """

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"to {what}, install what it needs: pip install 'qualcode[{extra}]'")


class WriteError(QualcodeError):
    """
    A file was not written; what was there before is still there.

    Example:
        >>> from qualcode.coding import mark_read
        >>> leaflet = study.root / "documents/2024-01-30-leaflet.md"
        >>> done = leaflet.write_text(leaflet.read_text("utf-8").replace("One city", "A city"), "utf-8")
        >>> try:
        ...     mark_read(study, "2024-01-30-leaflet", coder="reader")
        ... except WriteError as error:
        ...     print(error)
        documents/2024-01-30-leaflet.md: changed on disk since the study was opened; open the study again
    """


_MANY, _NEAR = 300, 3
"""Among more names than this, only those that begin alike and are about as long are compared."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """
    Say ``; did you mean 'x'?`` for the nearest known name, or nothing where none is near.

    Example:
        >>> did_you_mean("figure/isuer", ["figure/issuer", "figure/holder"])
        "; did you mean 'figure/issuer'?"
        >>> did_you_mean("fee", ["figure/issuer", "figure/holder"])
        ''
    """
    names = sorted(known)
    if len(names) > _MANY:
        names = [n for n in names if n[:1] == name[:1] and abs(len(n) - len(name)) <= _NEAR][:_MANY]
    near = get_close_matches(name, names, n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""
