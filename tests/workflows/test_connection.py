"""Reaching Temporal, or saying clearly that it cannot be reached."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from domain.settings import Settings
from workflows.connection import (
    TemporalUnavailable,
    connect,
    connect_at_last,
    prepare_namespace,
)
from workflows.names import case_and_episode, workflow_id


def _nobody() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{listener.getsockname()[1]}"


def test_a_server_that_is_not_there_gets_a_sentence_with_its_address() -> None:
    address = _nobody()
    settings = Settings(database_url="", temporal_address=address)
    with pytest.raises(TemporalUnavailable) as unavailable:
        asyncio.run(connect(settings, patience=0.5))
    assert address in unavailable.value.message.it
    assert "cantiere up" in unavailable.value.message.en


def test_waiting_for_a_server_ends_when_told_to_stop() -> None:
    async def wait() -> object:
        stop = asyncio.Event()
        stop.set()
        return await connect_at_last(Settings(database_url="", temporal_address=_nobody()), stop)

    assert asyncio.run(wait()) is None


def test_preparing_the_namespace_twice_is_harmless(temporal_address: str) -> None:
    settings = Settings(database_url="", temporal_address=temporal_address)
    for _ in range(2):
        asyncio.run(prepare_namespace(settings))


def test_somebody_s_own_profile_does_not_disturb_a_given_address(
    temporal_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (tmp_path / "temporalio", tmp_path / ".config" / "temporalio"):
        folder.mkdir(parents=True)
        (folder / "temporal.toml").write_text(
            '[profile.default]\naddress = "elsewhere.invalid:7233"\nnamespace = "theirs"\n'
        )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    client = asyncio.run(connect(Settings(database_url="", temporal_address=temporal_address)))
    assert client.namespace == "default"
    assert client.service_client.config.target_host == temporal_address


def test_a_workflow_s_id_says_which_case_and_episode() -> None:
    case = "6d0f3b62-3f0e-4a8c-9f53-0d8a3f0f7c11"
    found = case_and_episode(workflow_id(case, 12))
    assert found is not None
    assert (str(found[0]), found[1]) == (case, 12)
    for other in ("migration-7", "case-x-1", f"case-{case}", "", f"case-{case}-x"):
        assert case_and_episode(other) is None
