"""
An account of consent in plain words, for an ethics board: who agreed to what, what is withheld where, who was asked.

It names people as the report does and never says a word of theirs. What is not on file is said as much as what is.
"""

from __future__ import annotations

from collections import Counter

from qualcode.errors import UsageError, plain
from qualcode.people.told import IN_WORDS
from qualcode.people.words import LANGUAGES
from qualcode.study import release
from qualcode.study.consent import SCOPES, Consent, in_force
from qualcode.study.release import as_filed
from qualcode.study.study import Study
from qualcode.study.terms import respondents


def account(study: Study, language: str = "en") -> str:
    """
    Return the account as plain text, in English or French.

    Raises:
        UsageError: another language.
        StudyError: the study has problems.

    Example:
        >>> print(account(study).splitlines()[0])
        Consent and release: A card for everyone
        >>> account(study, "fr").splitlines()[3]
        'Qui a consenti à quoi'
    """
    if language not in LANGUAGES:
        raise UsageError(f"unknown language {language!r}; there are {', '.join(LANGUAGES)}")
    study.require_sound()
    say = IN_WORDS[language]
    title = (
        f"{say['title']}: {study.codebook.title}" if language == "en" else f"{say['title']} : {study.codebook.title}"
    )
    lines = _under(plain(title), "=")
    for heading, told in (("who", _who), ("withheld", _withheld), ("approached", _approached)):
        lines += ["", *_under(say[heading], "-"), "", *told(study, say)]
    return "\n".join(lines) + "\n"


def _under(heading: str, sign: str) -> list[str]:
    return [heading, sign * len(heading)]


def _who(study: Study, say: dict[str, str]) -> list[str]:
    speaks: dict[str, list[str]] = {}
    for document in study.documents.values():
        if document.kind == "interview":
            for case in respondents(as_filed(document), study.cases):
                speaks.setdefault(case, []).append(document.id)
    lines = []
    if study.consents is None:
        lines += [say["no_file"].format(number=len(speaks)), ""]
        for document in study.documents.values():
            if document.kind == "interview":
                lines.append(
                    f"- {document.id}: {say[f'consent_{document.consent}']}, {say[f'release_{document.release}']}"
                )
        return lines
    lines += [say["on_file"].format(forms=len(study.consents), people=len({c.case for c in study.consents})), ""]
    for consent in study.consents:
        lines.append(f"- {_name(study, consent.case)}: {_agreed(consent, say)}")
    for case, where in sorted(speaks.items()):
        missing = [d for d in where if in_force(case, study.documents[d].date, study.consents) is None]
        if missing:
            lines.append(f"- {_name(study, case)}: {say['not_on_file'].format(where=', '.join(missing))}")
    return lines


def _name(study: Study, case: str) -> str:
    return plain(study.cases[case].label)


def _agreed(consent: Consent, say: dict[str, str]) -> str:
    until = say["until"].format(until=consent.until) if consent.until else ""
    form = say["form"].format(
        version=consent.version, since=consent.since, until=until, evidence=plain(consent.evidence or "?")
    )
    yes = [say[f"{s}_{consent.granted(s)}"] for s in SCOPES if consent.granted(s) not in ("no", "none")]
    no = [say[f"{s}_{consent.granted(s)}"] for s in SCOPES if consent.granted(s) in ("no", "none")]
    told = f"{form}. {say['agreed'].format(what=', '.join(yes))}" if yes else f"{form}. {say['agreed_nothing']}"
    told += f" {say['not_agreed'].format(what=', '.join(no))}" if no else ""
    if consent.review != "none":
        told += f" {say['review']}"
    if consent.withdrawn_on:
        what = say["all"] if consent.gone else ", ".join(say[f"scope_{s}"] for s in consent.withdrawn)
        told += f" {say['withdrew'].format(on=consent.withdrawn_on, what=what)}"
    return told


def _withheld(study: Study, say: dict[str, str]) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for document in study.documents.values():
        judged = release.verdict(document)
        if not judged.quotable:
            kept = reasons.setdefault(say["in_part"] if release.is_in_part(document) else say["whole"], [])
            kept.append(f"{document.id}: {_why(judged.reason, say)}")
    free = sum(release.verdict(d).quotable for d in study.documents.values())
    lines = [say["shown"].format(shown=free, all=len(study.documents))]
    for how, which in sorted(reasons.items()):
        lines += ["", how, "", *(f"- {line}" for line in which)]
    states = Counter(
        e.release["state"]
        for e in {e.id: e for f in study.files for e in f.excerpts if e.release}.values()
        if e.release
    )
    if states:
        lines += ["", say["excerpts"], "", *(f"- {say[f'state_{state}']}: {n}" for state, n in sorted(states.items()))]
    return lines


def _why(reason: str, say: dict[str, str]) -> str:
    """Say a reason in the account's language, part by part."""
    for ours, theirs in sorted(REASONS.items(), key=lambda pair: -len(pair[0])):
        if say is IN_WORDS["fr"]:
            reason = reason.replace(ours, theirs)
    return plain(reason)


REASONS = {
    "parts of it are withheld": "une partie est retenue",
    "the document is closed": "le document est fermé",
    "its release is pending": "sa diffusion est en attente",
    "the participant has to agree": "la personne doit encore accepter",
    "somebody else has to agree": "un tiers doit encore accepter",
    "has to agree": "doit encore accepter",
    "consent allows paraphrase only": "le consentement ne permet que la paraphrase",
    "there is no consent to quote": "il n'y a pas de consentement à citer",
    "it was an informal talk, and nobody signed a form": "c'était une conversation informelle, sans formulaire signé",
    "no consent is on file for its day": "aucun consentement ne couvre ce jour",
    "consent to quote was withdrawn": "le consentement à citer a été retiré",
    "consent was withdrawn": "le consentement a été retiré",
    "the person has not read it over yet": "la personne ne l'a pas encore relu",
    "this excerpt may be paraphrased only": "cet extrait ne peut être que paraphrasé",
    "the person asked for other words": "la personne a demandé d'autres mots",
    "the release of this excerpt is pending": "la diffusion de cet extrait est en attente",
    "this excerpt is closed": "cet extrait est fermé",
    "this excerpt was withdrawn": "cet extrait a été retiré",
}
"""What ``release`` says of words that are not shown, in French."""


def _approached(study: Study, say: dict[str, str]) -> list[str]:
    if not study.contacts:
        return [say["no_contacts"]]
    outcome = Counter(c.outcome for c in study.contacts)
    people = len({c.case for c in study.contacts})
    lines = [say["contacts"].format(approaches=len(study.contacts), people=people), ""]
    lines += [f"- {say[f'outcome_{one}']}: {n}" for one, n in sorted(outcome.items())]
    through = Counter(c.through for c in study.contacts if c.through)
    if through:
        told = ", ".join(
            f"{_name(study, case)} ({n})" for case, n in sorted(through.items(), key=lambda p: (-p[1], p[0]))
        )
        lines += ["", say["through"].format(who=told)]
    never = sorted({c.case for c in study.contacts} - {c.case for c in study.contacts if c.outcome == "agreed"})
    if never:
        lines += ["", say["never"].format(who=", ".join(_name(study, case) for case in never))]
    return lines
