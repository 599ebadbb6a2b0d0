"""The read log is met through the same application as everything else."""

from tests.api.conftest import people, registry

__all__ = ["people", "registry"]
