"""Settings are what the environment says, and say themselves back to a child process."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.settings import LOG_LEVELS, Settings, SettingsError

_words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1)


@given(
    st.builds(
        Settings,
        database_url=_words,
        temporal_address=st.none() | _words,
        temporal_namespace=_words,
        home=st.none() | _words.map(lambda name: Path("/home") / name),
        api_port=st.integers(0, 65535),
        training=st.booleans(),
        log_level=st.sampled_from(LOG_LEVELS),
    )
)
def test_a_child_gets_the_settings_of_its_parent(settings):
    assert Settings.from_environment(settings.environment()) == settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", " "),
        ("CANTIERE_PORT", "http"),
        ("CANTIERE_PORT", "65536"),
        ("CANTIERE_PORT", "-1"),
        ("CANTIERE_PORT", "٨٠٨٠"),
        ("CANTIERE_TRAINING", "forse"),
        ("CANTIERE_LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_value_is_named(name, value):
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({"DATABASE_URL": "postgresql:///x", name: value})
    assert name in refused.value.message.it
    assert name in refused.value.message.en
