"""One renderer for all: compiling the templates once is how the house does it too."""

from __future__ import annotations

import pytest

from slackbot.slack.render import Renderer, build_renderer


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    """The renderer as `rung run` builds it."""
    return build_renderer()
