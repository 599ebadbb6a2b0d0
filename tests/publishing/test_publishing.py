"""From a draft to a protocol that new cases follow, and what forbids each step of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from domain.log.topics import topic_of
from domain.publishing import handle
from domain.publishing.history import moments
from domain.publishing.installing import PackRefused, install_pack
from domain.publishing.registry import PublishedRegistry
from domain.publishing.state import originator_of
from domain.refusal import Refused
from protocols.registry import Registry
from tests.publishing.conftest import (
    DESIGNER,
    DESK,
    FASTER,
    MANAGER,
    OTHER_DESIGNER,
    OTHER_MANAGER,
    SMALL,
    TODAY,
    TOMORROW,
    Desk,
    connect,
)

UNUSED = """\
  nobody: {title: Nessuno, held_by: {organisation: comune}}
steps:
"""


def refused(code: str, does: Callable[..., Any], *args: Any, **said: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        does(*args, **said)
    assert caught.value.code == code, caught.value
    assert caught.value.message.it
    assert caught.value.message.en
    return caught.value


def topics(desk: Desk, protocol: str = "small") -> list[str]:
    return [topic_of(type(e.body)) for e in desk.service.history(originator_of(protocol))]


def test_a_version_goes_from_draft_to_new_cases(desk: Desk, other: Desk) -> None:
    desk.draft()
    desk.propose()
    desk.approve()
    before = desk.refer()
    desk.publish(valid_from=TOMORROW)
    assert (before.version, desk.refer().version, other.refer().version) == ("1.0.0",) * 3

    desk.service.clock.later = other.service.clock.later = timedelta(days=1)
    for process in (desk, other):
        after = process.refer(on=TOMORROW)
        assert (after.version, after.digest) == ("1.1.0", desk.edition().digest)
        # A referral that was written the day before follows what was valid then.
        assert process.refer(on=TODAY).version == "1.0.0"
    assert topics(desk) == [
        "protocol.installed",
        "protocol.drafted",
        "protocol.proposed",
        "protocol.approved",
        "protocol.published",
    ]


def test_who_did_what_when_and_why_is_kept_with_the_checkers_report(desk: Desk) -> None:
    text = FASTER.replace("steps:\n", UNUSED)
    desk.draft(text, reason="prova")
    problem = refused("warnings_need_reasons", desk.propose)
    name = problem.fields[0].field.removeprefix("reasons.")
    assert name == "unused@roles.nobody"
    desk.propose(reason="il tavolo lo chiede", reasons={name: "servirà alla prossima"})
    desk.approve(reason="condiviso")
    desk.publish()
    found = moments(desk.service.history(originator_of("small")), "1.1.0")
    assert [(m.kind, m.by, m.role, m.reason) for m in found] == [
        ("drafted", "design-1", "designer", "prova"),
        ("proposed", "design-1", "designer", "il tavolo lo chiede"),
        ("approved", MANAGER.id, "management", "condiviso"),
        ("published", "design-1", "designer", ""),
    ]
    proposal = found[1]
    assert proposal.proof is not None
    assert [remark.rule for remark in proposal.proof.remarks] == ["unused"]
    assert proposal.proof.states > 0
    assert proposal.reasons == {name: "servirà alla prossima"}
    assert found[3].valid_from == TODAY


def test_errors_forbid_a_proposal_and_say_where(desk: Desk) -> None:
    text = FASTER.replace("after: meet.complex", "after: meet.complexx")
    desk.draft(text)
    problem = refused("errors_forbid", desk.propose)
    line = text.splitlines().index("    after: meet.complexx") + 1
    assert problem.fields[0].field == f"text:{line}"
    assert "complex" in problem.fields[0].message.it
    assert desk.edition().status == "draft"


def test_a_reason_for_no_warning_is_refused(desk: Desk) -> None:
    desk.draft()
    refused("warnings_need_reasons", desk.propose, reasons={"stuck@steps.meet": "perché sì"})


def test_only_designers_write_and_only_management_decides(desk: Desk) -> None:
    for by in (DESK, MANAGER):
        refused("role_not_held", desk.draft, by=by)
    desk.draft()
    refused("role_not_held", desk.propose, by=MANAGER)
    desk.propose()
    for by in (DESIGNER, OTHER_DESIGNER, DESK):
        refused("role_not_held", desk.approve, by=by)
        refused("role_not_held", desk.reject, by=by)
    desk.approve()
    refused("role_not_held", desk.publish, by=DESK)
    desk.publish()
    refused("role_not_held", desk.retire, "1.1.0", by=DESIGNER)


def test_nobody_judges_their_own_work(desk: Desk) -> None:
    both = type(MANAGER)(MANAGER.id, (*MANAGER.holds, ("designer", "design", False)))
    desk.draft(by=both)
    desk.propose(by=DESIGNER)
    refused("own_work", desk.approve, by=both)
    desk.draft(FASTER + "# altro\n", by=OTHER_DESIGNER)
    desk.propose(by=both)
    refused("own_work", desk.approve, by=both)
    refused("own_work", desk.reject, by=both)
    desk.approve(by=OTHER_MANAGER)


def test_a_changed_text_is_a_draft_again_and_no_unseen_text_is_decided_on(desk: Desk) -> None:
    desk.draft()
    desk.propose()
    seen = desk.edition().digest
    desk.draft(FASTER + "# altro\n", by=OTHER_DESIGNER)
    assert desk.edition().status == "draft"
    assert desk.edition().authors == ("design-1", "design-2")
    refused("not_proposed", desk.approve)
    refused("text_changed", desk.propose, digest=seen)
    desk.propose()
    refused("text_changed", desk.approve, digest=seen)
    desk.approve(digest=desk.edition().digest[:12])
    desk.draft(FASTER)
    refused("not_approved", desk.publish)


def test_a_rejected_text_is_written_again(desk: Desk) -> None:
    desk.draft()
    desk.propose()
    desk.reject(reason="troppo stretti")
    refused("not_draft", desk.propose)
    desk.draft()
    assert desk.edition().status == "draft"
    refused("nothing_to_change", desk.draft)


def test_a_published_text_never_changes(desk: Desk) -> None:
    desk.publish_all(FASTER, "1.1.0")
    for text in (FASTER + "# altro\n", SMALL + "# altro\n"):
        refused("text_never_changes", desk.draft, text)
    refused("published_already", desk.draft, FASTER)
    desk.retire("1.1.0", until=TOMORROW)
    refused("text_never_changes", desk.draft, FASTER + "# altro\n")


def test_a_later_pack_cannot_change_a_text_in_force(
    desk: Desk, database_url: str, tmp_path: Path
) -> None:
    desk.publish_all(FASTER, "1.1.0")
    folder = tmp_path / "pack" / "protocols" / "small"
    folder.mkdir(parents=True)
    (folder / "1.0.0.yaml").write_text(SMALL)
    (folder / "1.1.0.yaml").write_text(FASTER)
    # The very text that was published may come with the program one day.
    assert install_pack(desk.service.recorder, tmp_path / "pack") == 0
    for name, text in (("1.0.0", SMALL), ("1.1.0", FASTER)):
        (folder / f"{name}.yaml").write_text(text + "# altro\n")
        with pytest.raises(PackRefused) as at_migration:
            install_pack(desk.service.recorder, tmp_path / "pack")
        with pytest.raises(PackRefused):
            connect(database_url, tmp_path / "pack")
        assert f"small/{name}" in at_migration.value.message.it
        (folder / f"{name}.yaml").write_text(text)


def test_a_text_that_comes_with_a_later_pack_leaves_nothing_to_decide(
    desk: Desk, tmp_path: Path
) -> None:
    desk.draft()
    desk.propose()
    folder = tmp_path / "pack" / "protocols" / "small"
    folder.mkdir(parents=True)
    (folder / "1.1.0.yaml").write_text(FASTER + "# la stessa, ripulita\n")
    assert install_pack(desk.service.recorder, tmp_path / "pack") == 1
    assert desk.edition().status == "published"
    refused("not_proposed", desk.approve)


def test_a_text_that_the_pack_drops_stays_in_force(desk: Desk, tmp_path: Path) -> None:
    case = desk.refer()
    registry = PublishedRegistry(Registry([]), desk.service.recorder)
    assert registry.get("small", "1.0.0").digest == case.digest
    assert registry.valid_on("small", TODAY).digest == case.digest


def test_validity_goes_forward(desk: Desk) -> None:
    desk.draft()
    desk.propose()
    desk.approve()
    refused("valid_from_past", desk.publish, valid_from=TODAY - timedelta(days=1))
    # Without a day given, the text's own: long past.
    refused("valid_from_past", desk.publish, valid_from=None)
    desk.publish(valid_from=TODAY + timedelta(days=30))
    later = FASTER.replace("1.1.0", "1.2.0")
    desk.draft(later)
    desk.propose("1.2.0")
    desk.approve("1.2.0")
    problem = refused("backwards", desk.publish, "1.2.0", valid_from=TOMORROW)
    assert "1.1.0" in problem.fields[0].message.it
    between = FASTER.replace("1.1.0", "1.0.5")
    desk.draft(between)
    desk.propose("1.0.5")
    desk.approve("1.0.5")
    refused("backwards", desk.publish, "1.0.5", valid_from=TODAY + timedelta(days=31))
    desk.publish("1.0.5", valid_from=TOMORROW)


def test_a_retired_version_has_no_new_cases_and_the_last_one_stays(desk: Desk, other: Desk) -> None:
    refused("last_version", desk.retire, "1.0.0")
    desk.publish_all(FASTER, "1.1.0")
    assert other.refer().version == "1.1.0"
    refused("until_past", desk.retire, "1.1.0", until=TODAY - timedelta(days=1))
    desk.retire("1.1.0")
    assert other.refer().version == "1.0.0"
    refused("not_published", desk.retire, "1.1.0")
    refused("last_version", desk.retire, "1.0.0")
    desk.retire("1.0.0", last=True)
    refused("unknown_protocol", other.refer)


def test_a_request_sent_twice_is_done_once(desk: Desk) -> None:
    key = uuid4()
    first = desk.draft(command_id=key)
    again = desk.draft(command_id=key)
    assert again.replayed
    assert (again.version, again.position) == (first.version, first.position)
    refused("command_reused", desk.draft, FASTER + "# altro\n", command_id=key)
    desk.propose()
    key, digest = uuid4(), desk.edition().digest
    desk.approve(command_id=key, digest=digest)
    desk.publish()
    # Long after it could be done again, it is still answered as it was.
    assert desk.approve(command_id=key, digest=digest).replayed


def test_of_two_who_decide_at_once_one_wins(desk: Desk, other: Desk) -> None:
    desk.draft()
    desk.propose()

    def decide(process: Desk, does: str, by: Any) -> str:
        try:
            getattr(process, does)(by=by)
        except Refused as refusal:
            return refusal.code
        return does

    with ThreadPoolExecutor(2) as threads:
        both = [
            threads.submit(decide, desk, "approve", MANAGER),
            threads.submit(decide, other, "reject", OTHER_MANAGER),
        ]
        said = {future.result() for future in both}
    assert len(said & {"approve", "reject"}) == 1
    assert "not_proposed" in said
    assert len(topics(desk)) == 4


def test_a_text_that_cannot_be_read_is_no_draft(desk: Desk) -> None:
    problem = refused("text_unreadable", desk.draft, "protocol: small\n\tversion: 1\n")
    assert problem.fields[0].field == "text:2"
    problem = refused("other_protocol", desk.draft, FASTER.replace("small", "smaller"))
    assert "smaller" in problem.message.it
    refused("reason_needed", desk.draft, reason=" ")
    assert refused("unknown_edition", desk.propose, "1.1.0").kind == "not_found"


def test_a_new_protocol_is_published_and_used_elsewhere_at_once(desk: Desk, other: Desk) -> None:
    text = SMALL.replace("protocol: small", "protocol: prossimita").replace(
        "2021-01-01", "2022-01-01"
    )
    for does in ("draft", "propose", "approve", "publish"):
        said = {"protocol": "prossimita"}
        getattr(desk, does)(*([text] if does == "draft" else ["1.0.0"]), **said)
    assert other.refer(protocol="prossimita").version == "1.0.0"
    names = [f"{p.protocol.protocol}/{p.protocol.version}" for p in other.service.registry.all()]
    assert names == ["prossimita/1.0.0", "small/1.0.0"]


def test_the_report_is_of_the_text_as_it_is_proposed(desk: Desk) -> None:
    desk.draft()
    report = handle.report_on(
        desk.service, handle.publishing(desk.service, "small"), desk.edition()
    )
    desk.propose()
    proof = desk.edition().proof
    assert proof is not None
    assert (proof.digest, proof.states) == (report.digest, report.states)
