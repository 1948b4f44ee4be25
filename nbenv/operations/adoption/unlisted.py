"""Ask this machine's own index about the modules that the table of import names lacks.

A package counts as an answer only if what it holds speaks for it: a name alone could be anybody's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from email.parser import HeaderParser
from pathlib import Path

from nbenv.adopt.findings import RANK_OF_CODE, Findings, Source
from nbenv.adopt.unlisted.evidence import Match, compare, provides
from nbenv.adopt.unlisted.generic_names import says_little
from nbenv.adopt.unlisted.question import FoundByName, Question
from nbenv.home.scratch import scratch_folder
from nbenv.installer.lookup.newest_wheels import Release, newest_wheels, unpacked
from nbenv.operations.adoption.examined import AdoptOptions, Examined, examine_for
from nbenv.progress import Progress, Steps

__all__ = ["examined_for", "with_unlisted"]

_BY_NAME = Source(RANK_OF_CODE, "the index, by the names of modules that nbenv does not know")
_NEW = timedelta(days=90)
"""A package that is younger may have been registered for what somebody imports by mistake."""
_MOST_SHOWN = 3


@dataclass(frozen=True)
class _Answer:
    question: Question
    release: Release
    match: Match
    summary: str

    @property
    def weight(self) -> tuple[bool, int]:
        return self.release.name in self.question.mentioned, len(self.match.there)


def examined_for(path: Path, options: AdoptOptions, root: Path | None = None) -> Steps[Examined]:
    """Examine a notebook, and ask this machine's index about modules that nothing explains.

    Parameters and errors are those of `nbenv.operations.adoption.examined.examine_for`.
    """
    examined = examine_for(path, options, root)
    return examined if options.listed_only else (yield from with_unlisted([examined]))[0]


def with_unlisted(examined: Sequence[Examined]) -> Steps[list[Examined]]:
    """Return what was examined with the packages that the index has for unknown modules.

    Nothing is asked for a notebook that names indexes of its own: its names may be private.
    """
    found = list(examined)
    groups = defaultdict[tuple[str, str | None], list[int]](list)
    for position, each in enumerate(found):
        if each.findings.questions and not each.findings.indexes:
            groups[each.python, each.as_of].append(position)
    for (python, as_of), positions in groups.items():
        asked = dict.fromkeys(q for p in positions for q in found[p].findings.questions)
        modules = ", ".join(dict.fromkeys(each.module for each in asked))
        yield Progress("look", f"Asking the index about {modules}…")
        answers = _all_answers([*asked], python, as_of)
        for position in positions:
            findings = _answered(found[position].findings, answers)
            found[position] = replace(found[position], findings=findings)
    return found


def _all_answers(
    asked: Sequence[Question], python: str, as_of: str | None
) -> dict[Question, list[_Answer]]:
    names = list(dict.fromkeys(name for each in asked for name in each.candidates))
    with scratch_folder() as scratch:
        folder = Path(scratch)
        releases = newest_wheels(names, python, folder, as_of)
        places = unpacked(releases.values(), python, folder / "last")
        answers = {each: [*_answers(each, releases, places)] for each in asked}
        doubted = {a.release for some in answers.values() for a in some if a.match.absent}
        first = [replace(each, version=each.first_version) for each in doubted]
        earlier = unpacked(first, python, folder / "earliest")
        return {
            each: [_with_earlier(answer, earlier) for answer in some]
            for each, some in answers.items()
        }


def _with_earlier(answer: _Answer, places: Mapping[str, Path]) -> _Answer:
    """Return an answer with what only the first release had: an old notebook may mean that one."""
    match, module = answer.match, answer.question.module
    if not match.absent or answer.release.name not in places:
        return answer
    first = compare(places[answer.release.name], module, match.absent)
    absent = tuple(name for name in match.absent if name not in first.there)
    return replace(answer, match=Match((*match.there, *first.there), absent))


def _answers(
    question: Question, releases: Mapping[str, Release], places: Mapping[str, Path]
) -> Iterator[_Answer]:
    """Yield every package that has the module, also one that was meant for another module."""
    for name, place in places.items():
        if provides(place, question.module):
            match = compare(place, question.module, question.uses)
            yield _Answer(question, releases[name], match, _summary(place))


def _summary(place: Path) -> str:
    """Return what a package says of itself, in one line."""
    for path in place.glob("*.dist-info/METADATA"):
        text = path.read_text(encoding="utf-8", errors="replace")
        return " ".join(str(HeaderParser().parsestr(text).get("Summary") or "").split())
    return ""


def _chosen(answers: Mapping[Question, list[_Answer]]) -> dict[Question, tuple[_Answer, str]]:
    """Return the answers that enough speaks for, and what that is.

    A package that was found for one module counts for the others that it has, too.
    """
    found: dict[Question, tuple[_Answer, str]] = {}
    for question, some in answers.items():
        fitting = [(answer, why) for answer in some if (why := _why(answer))]
        if best := max(fitting, key=lambda each: each[0].weight, default=None):
            found[question] = best
    names = {answer.release.name for answer, _ in found.values()}
    for question, some in answers.items():
        for answer in some:
            if answer.release.name in names and not answer.match.absent:
                found.setdefault(question, (answer, ""))
    return found


def _why(answer: _Answer) -> str:
    """Return what speaks for an answer, "" where it is too little.

    What the notebook uses must be there, or its text names the package. It must not be new, and
    not the only release that there ever was, unless the text names it.
    """
    match, release, question = answer.match, answer.release, answer.question
    is_mentioned = release.name in question.mentioned
    telling = [use for use in match.there if not says_little(use.rpartition(".")[2])]
    if len(match.absent) > len(match.there) or (not telling and not is_mentioned):
        return ""
    oldest = (date.today() - _NEW).isoformat()
    is_settled = "" < release.first_day <= oldest and release.first_version != release.version
    if not is_settled and not (is_mentioned and release.first_day <= oldest):
        return ""
    shown = ", ".join(f"{question.module}.{use}" for use in telling[:_MOST_SHOWN])
    return f"it has {shown}" if telling else "the notebook's text names it"


def _answered(findings: Findings, answers: Mapping[Question, list[_Answer]]) -> Findings:
    """Return findings with the best answers as requirements, and notes about the others."""
    mine = {each: answers[each] for each in findings.questions}
    found = _chosen(mine)
    explained = {each.module for each in found}
    added = replace(
        findings,
        requirements=[*findings.requirements],
        unknown={m: where for m, where in findings.unknown.items() if m not in explained},
        notes=[*findings.notes],
        by_name=_by_name(found, findings.names()),
    )
    for question, (answer, _) in found.items():
        for place in findings.unknown.get(question.module, []):
            added.add(answer.release.name, _BY_NAME, place, question.module)
    for question, some in mine.items():
        if some and question not in found:
            names = ", ".join(dict.fromkeys(each.release.name for each in some))
            added.note(
                f"the index has {names}, but nothing shows that import {question.module} means it"
            )
    return added


def _by_name(
    found: Mapping[Question, tuple[_Answer, str]], known: Collection[str]
) -> list[FoundByName]:
    """Return the packages that were found, but those that the notebook asks for anyway."""
    packages = defaultdict[str, list[tuple[_Answer, str]]](list)
    for answer, why in found.values():
        packages[answer.release.name].append((answer, why))
    return [
        FoundByName(
            name,
            tuple(answer.question.module for answer, _ in each),
            each[0][0].release.version,
            each[0][0].release.first_day,
            each[0][0].summary,
            " and ".join(dict.fromkeys(why for _, why in each if why)),
        )
        for name, each in packages.items()
        if name not in known
    ]
