"""
Other programs' projects laid down as studies.

How a reader plugs in
---------------------
A reader is a module in here with one function::

    def read(path: Path, asked: Asked) -> Project

and a row in ``formats.READERS``: a name, the endings, the module, and a function that tells its files from others of
the same ending by their content. It fills a ``record.Project`` and writes nothing. The rules:

- A source's text is ``places.Text(raw)``: ``raw`` as the program has it, ``text.stored`` as the study has it. A place
  of the program becomes one of the stored text through ``text.place(position, Dialect(unit, eol, bom))``, which is
  ``None`` outside the text. ``Coding.start`` and ``end`` are places in the stored text. A coding of which only the
  words are known has ``quote`` and no places: it comes in where they stand once (``places.found_once``).
- Everything has a ``guid``, whatever the program names it by. Codings refer to sources, codes, coders and cases so.
- ``project.losses.find(element, number)`` counts what the project has (``coding``, ``code``, ``source``, ``case``,
  ``note``, ``set``, ``link``, ``variable``, ``coder``); ``drop``, ``change`` and ``keep_aside`` tell each thing that
  did not come in as it was, by guid and reason; ``remark`` tells of many things at once. What is wrong with a coding's
  place or code is told by the frame, so that a reader may hand it on as it stands: ``start`` and ``end`` of -1 where
  a place is outside.
- What a study has no place for goes into ``project.aside`` as JSON holds it; colours, sets, links and variables of
  sources have their own fields. All of it stands in the study's ``coding/imported/NAME.json`` and can be written back.
- A stance needs a code with a ``proposition``; ``families`` (id to label and role) are for formats that know roles.
- What cannot be read is an ``UnreadableProjectError``, which says why without a word of a document. Open files
  through ``transcripts.bounds`` (``bytes_of``, ``letters``, ``Parts``), SQLite read-only, within bounds.

The frame (``laid``, ``written``, ``passages``) makes ids, codebook, cases, documents, coders' files, memos and the
record beside; it proves the study by opening it again, and renames it into place whole. ``intake.import_project`` is
what people call.
"""

from qualcode.exchange.projects.formats import Asked
from qualcode.exchange.projects.intake import import_project
from qualcode.exchange.projects.laid import Choices, Laid

__all__ = ["Asked", "Choices", "Laid", "import_project"]
