"""The checker's report as a condition of proposing: errors forbid, each warning needs a reason."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from domain.publishing.events import Proof, Remark
from domain.refusal import FieldProblem, Refused
from protocols.checker import Finding, Report, check_text
from protocols.checker.together import check_together, meeting
from protocols.documents import DocumentError
from protocols.language.library import Key, Library, Source, number
from protocols.language.load import base_of, compose, read_source
from protocols.registry import Registry
from protocols.territory import Territory
from protocols.text import Text

SECONDS = 20.0
"""As long as the search of one text, or combination, may take; what is then left needs a reason
like a warning."""
NOT_EXPLORED = "not_explored"
VARIANT_LEFT_BEHIND = "variant-left-behind"
LONGEST_REASON = 2_000
_SHOWN = 100


def prove(
    source: Source,
    territory: Territory,
    registry: Registry,
    today: date,
    drafts: Sequence[Source] = (),
) -> Report:
    """The report on a text with the published ones that it may rest on; of a variant, also on its
    combinations with the other variants in use. Its digest is that of `rests_on`. `drafts`: the
    protocol's other texts that are on their way."""
    library = in_use(registry, today)
    if source.variant:
        reports = check_together(
            source.text, source.name, territory, library, today=today, seconds=SECONDS
        )
    else:
        reports = (
            check_text(
                source.text, source.name, territory, today=today, seconds=SECONDS, library=library
            ),
        )
    return Report(
        source.protocol,
        source.version,
        rests_on(source, territory, library),
        (
            *(finding for report in reports for finding in report.findings),
            *left_behind(source, library, drafts),
        ),
        sum(report.states for report in reports),
        sum(report.moves for report in reports),
        tuple(dict.fromkeys(left for report in reports for left in report.not_explored)),
    )


def left_behind(source: Source, library: Library, drafts: Sequence[Source]) -> Iterator[Finding]:
    """Of a new base: the variants of the one it follows which it would be without. Nothing breaks
    where one is forgotten, and new cases would follow the bare base without a word."""
    if source.variant:
        return
    below = [
        b for b in library.versions(source.protocol) if number(b.version) < number(source.version)
    ]
    if not below:
        return
    coming = {
        other.variant
        for other in (*library.variants(source.protocol, source.version), *drafts)
        if other.head and other.head.of == source.version
    }
    before = below[-1].version
    for variant in dict.fromkeys(v.variant for v in library.variants(source.protocol, before)):
        if variant not in coming:
            yield Finding(
                VARIANT_LEFT_BEHIND,
                "warning",
                source.name,
                source.document.line(("version",)),
                f"variants.{variant}",
                "",
                Text(
                    f"La variante «{variant}» è della {before}, e della {source.version} non ce "
                    "n'è una: i nuovi casi a cui si applica seguirebbero la base.",
                    f"The variant “{variant}” is of {before}, and there is none of "
                    f"{source.version}: new cases that it applies to would follow the base.",
                ),
                Text(
                    f"Scrivere una bozza della variante con of: {source.version}.",
                    f"Draft the variant with of: {source.version}.",
                ),
            )


def rests_on(source: Source, territory: Territory, library: Library) -> str:
    """The digest of all that is proved with a text: itself and what it rests on and, of a variant,
    each combination. '' where one of them cannot be put together."""
    try:
        if not source.variant:
            return read_source(source, library).plan.digest
        library = library.with_source(source)
        base = base_of(source, library)
        sets = [(source, *others) for others in ((), *meeting(source, library, territory))]
        digests = [compose(base, chosen, library).plan.digest for chosen in sets]
    except DocumentError:
        return ""
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def in_use(registry: Registry, today: date) -> Library:
    """The texts in force without the variants that no new case can follow any more."""
    library = registry.library
    gone: set[Key] = set()
    for protocol in library.ids():
        current: dict[tuple[str, str], Source] = {}
        for source in sorted(library.variants(protocol), key=lambda s: _from(registry, s)):
            assert source.head is not None
            validity = registry.validity(source.key)
            if validity.until is not None and validity.until <= today:
                gone.add(source.key)
            elif validity.valid_from <= today:
                before = current.get((source.variant, source.head.of))
                if before is not None:
                    gone.add(before.key)
                current[source.variant, source.head.of] = source
    return Library(source for source in library.sources() if source.key not in gone)


def _from(registry: Registry, source: Source) -> tuple[date, tuple[int, ...]]:
    return registry.validity(source.key).valid_from, number(source.version)


def warning_id(finding: Finding | Remark) -> str:
    """By what a reason names its warning."""
    return f"{finding.rule}@{finding.where}"


def proof_of(report: Report, reasons: Mapping[str, str]) -> Proof:
    """What is recorded of a report. Raises Refused where errors forbid, where a warning has no
    reason, or a reason no warning."""
    if report.errors:
        raise Refused(
            "invalid",
            "errors_forbid",
            Text(
                f"Il controllo trova {len(report.errors)} errori: così non si può proporre.",
                f"The checker finds {len(report.errors)} errors: it cannot be proposed so.",
            ),
            Text("Correggere il testo e salvarlo di nuovo.", "Correct the text and save it again."),
            tuple(FieldProblem(f"text:{f.line}", _said(f)) for f in report.errors[:_SHOWN]),
        )
    wanted = {warning_id(finding): _said(finding) for finding in report.warnings}
    if report.not_explored:
        left = report.not_explored
        wanted[NOT_EXPLORED] = Text(
            " ".join(text.it for text in left), " ".join(text.in_("en") for text in left)
        )
    problems = [
        FieldProblem(
            f"reasons.{name}",
            Text(f"serve un motivo per lasciarlo: {said.it}", f"it needs a reason: {said.en}"),
        )
        for name, said in wanted.items()
        if not reasons.get(name, "").strip()
    ]
    problems += [
        FieldProblem(
            f"reasons.{str(name)[:200]}",
            Text("non c'è un avvertimento con questo nome", "there is no warning of this name"),
        )
        for name in reasons
        if name not in wanted
    ]
    problems += [
        FieldProblem(f"reasons.{name}", Text("è troppo lungo", "it is too long"))
        for name, reason in reasons.items()
        if len(reason) > LONGEST_REASON
    ]
    if problems:
        raise Refused(
            "invalid",
            "warnings_need_reasons",
            Text(
                "Ogni avvertimento del controllo vuole un motivo.",
                "Each warning of the checker needs a reason.",
            ),
            Text(
                "Correggere il testo, o dire in «reasons» perché va bene così.",
                "Correct the text, or say in “reasons” why it is right as it is.",
            ),
            tuple(problems[:_SHOWN]),
        )
    return Proof(
        report.digest,
        tuple(
            Remark(
                f.rule, f.severity, f.file, f.line, f.where, f.message, f.remedy, f.history
            )
            for f in report.findings
        ),
        report.states,
        report.moves,
        report.not_explored,
    )  # fmt: skip


def _said(finding: Finding) -> Text:
    return Text(
        f"{finding.where}: {finding.message.it} {finding.remedy.it}",
        f"{finding.where}: {finding.message.in_('en')} {finding.remedy.in_('en')}",
    )


__all__ = ["NOT_EXPLORED", "proof_of", "prove", "warning_id"]
