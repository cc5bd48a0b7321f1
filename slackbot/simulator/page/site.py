"""The page's addresses, joined to a simulator before that starts."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from slackbot.errors import RungError
from slackbot.simulator.hands.stage import DeliveryFailedError
from slackbot.simulator.page import feed, mischief
from slackbot.simulator.page.acts import act
from slackbot.simulator.page.drawing import Drawing, page_templates
from slackbot.simulator.page.guard import HEADERS, refusal
from slackbot.simulator.page.house import House
from slackbot.simulator.page.live import Bell, stream
from slackbot.simulator.page.reading import ReadMarks
from slackbot.simulator.page.window import window_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from slackbot.simulator.page.backstage import Backstage
    from slackbot.simulator.server import Simulator

_STATIC = Path(__file__).with_name("static")
_OPENING = "<!doctype html><title>Opening</title><p>The house is being opened; this takes a moment.</p>"
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

_CUTS = {"before": feed.before, "after": feed.after, "around": feed.around}

Endpoint = Callable[["Request"], Awaitable[Response]]


class WorkspacePage:
    """The workspace to look at and to act in; `start` it once the simulator listens.

    `titles` say, by people's names, what they do.
    """

    def __init__(self, simulator: Simulator, backstage: Backstage, titles: Mapping[str, str] | None = None) -> None:
        self._simulator = simulator
        self._templates = page_templates()
        self.house = House(simulator, backstage, ReadMarks(simulator.workspace), titles or {})
        self.bell = Bell(simulator.workspace)
        self._open = False
        simulator.add_routes(
            [
                Route("/", self._guarded(self._whole)),
                Route("/messages", self._guarded(self._messages)),
                Route("/live", self._guarded(self._live)),
                Route("/names", self._guarded(self._names)),
                Route("/act", self._guarded(self._act), methods=["POST"]),
                Route("/stage", self._guarded(self._stage), methods=["POST"]),
                Route("/static/{name}", self._guarded(self._file)),
            ]
        )

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        return f"{self._simulator.base_url}/"

    def start(self) -> None:
        """Open the doors, and begin to keep open windows up to date; earlier callers are asked to come back."""
        self.bell.start()
        self._open = True

    def stop(self) -> None:
        """Leave them as they are."""
        self.bell.stop()

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        async def answer(request: Request) -> Response:
            refused = refusal(request, self._simulator.base_url)
            if refused is not None:
                return refused
            if not self._open:
                return HTMLResponse(_OPENING, 503, {**HEADERS, "Refresh": "1"})
            response = await endpoint(request)
            response.headers.update(HEADERS)
            return response

        return answer

    def _drawing(self, request: Request) -> Drawing:
        window = window_of(self.house.workspace, request.query_params)
        return Drawing(self.house, self._templates, window)

    async def _whole(self, request: Request) -> Response:
        drawing = self._drawing(request)

        def draw() -> str:
            window = drawing.window
            lines = drawing.lines()
            seen = "" if drawing.channel is None else self.house.marks.mark(window.person, window.place)
            return drawing.page(lines, new_since=seen)

        return HTMLResponse(await run_in_threadpool(draw))

    async def _messages(self, request: Request) -> Response:
        drawing = self._drawing(request)

        def draw() -> dict[str, Any]:
            asked, lines = request.query_params, drawing.lines()
            cut = next((each for each in _CUTS if each in asked), None)
            found = feed.newest(lines) if cut is None else _CUTS[cut](lines, asked[cut])
            return {"html": drawing.messages(found.lines), "older": found.older, "newer": found.newer}

        return JSONResponse(await run_in_threadpool(draw))

    async def _live(self, request: Request) -> Response:
        return StreamingResponse(stream(self.house, self.bell, self._drawing(request)), media_type="text/event-stream")

    async def _names(self, _request: Request) -> Response:
        workspace = self.house.workspace
        features = workspace.manifest.get("features", {})
        commands = [
            {"name": each["command"], "says": each.get("description", ""), "hint": each.get("usage_hint", "")}
            for each in features.get("slash_commands", ())
        ]
        people = [{"name": f"@{each.name}", "says": each.real_name} for each in workspace.people() if not each.deleted]
        groups = [{"name": f"@{each.handle}", "says": "group"} for each in workspace.groups()]
        places = [{"name": f"#{each.name}", "says": ""} for each in workspace.channels() if each.name]
        return JSONResponse({"/": commands, "@": people + groups, "#": places})

    async def _act(self, request: Request) -> Response:
        asked = await _object(request)
        return await self._answered(lambda: act(self.house, asked))

    async def _stage(self, request: Request) -> Response:
        asked = await _object(request)

        def turn() -> dict[str, Any]:
            said = self._turn(str(asked.get("do")), asked)
            self.bell.ring()
            return {"said": said}

        return await self._answered(turn)

    def _turn(self, doing: str, asked: dict[str, Any]) -> str:
        backstage = self.house.backstage
        match doing:
            case "rate":
                backstage.set_rate(float(asked["rate"]))
                return f"Time runs {asked['rate']} times as fast."
            case "skip":
                skipped = backstage.skip()
                return skipped.what if skipped else "Nothing is planned: there is no open case."
            case "kill":
                backstage.kill()
                return "The app is dead. Presses will time out until it is started again."
            case "restart":
                backstage.restart()
                return "The app is started again."
            case "play":
                backstage.play()
                return ""
            case _:
                return mischief.do(self.house, doing, str(asked.get("target") or ""))

    async def _answered(self, work: Callable[[], dict[str, Any]]) -> Response:
        try:
            return JSONResponse(await run_in_threadpool(work))
        except DeliveryFailedError as error:
            return JSONResponse({"error": f"It failed because the app did not respond as it must. {error}"})
        except (RungError, TimeoutError) as error:
            return JSONResponse({"error": str(error)})

    async def _file(self, request: Request) -> Response:
        path = _STATIC / Path(request.path_params["name"]).name
        if not path.is_file() or path.suffix not in _KINDS:
            return Response(status_code=404)
        return Response(path.read_bytes(), media_type=_KINDS[path.suffix])


async def _object(request: Request) -> dict[str, Any]:
    found = json.loads(await request.body())
    return found if isinstance(found, dict) else {}
