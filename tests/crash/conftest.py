"""Where the sweep happens: a module says on which databases, by its `ENGINES`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.scene import Scene, scene
from tests.engines import Databases


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Set the scene on each engine that the module names."""
    named = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")]
    if "place" in metafunc.fixturenames and not any("place" in names for names in named):
        metafunc.parametrize("place", metafunc.module.ENGINES, indirect=True)


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> Iterator[Scene]:
    """Set the scene."""
    with databases.fresh(request.param) as url, scene(tmp_path, url) as set_up:
        yield set_up
