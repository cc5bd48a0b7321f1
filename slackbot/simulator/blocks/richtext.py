"""The `rich_text` block and what it is made of.

Source: docs.slack.dev/reference/block-kit/blocks/rich-text-block.
"""

from __future__ import annotations

from slackbot.simulator.blocks.composition import URL
from slackbot.simulator.blocks.rules import Flag, Items, Kinds, Number, Rule, Shape, Words, one_of

LETTERS = Shape(optional={name: Flag() for name in ("bold", "italic", "strike", "code", "underline")})
NAMED = Shape(
    optional={name: Flag() for name in ("bold", "italic", "strike", "highlight", "client_highlight", "unlink")}
)
LETTERED: dict[str, Rule] = {"style": LETTERS}
MARKED: dict[str, Rule] = {"style": NAMED}

PARTS = Kinds(
    {
        "text": Shape({"text": Words()}, LETTERED),
        "link": Shape({"url": Words(URL, form="uri")}, {**LETTERED, "text": Words(), "unsafe": Flag()}),
        "emoji": Shape(
            {"name": Words()},
            {**LETTERED, "unicode": Words(), "skin_tone": Number(1, 6), "url": Words(form="uri")},
        ),
        "user": Shape({"user_id": Words(form="user id")}, MARKED),
        "usergroup": Shape({"usergroup_id": Words(form="usergroup id")}, MARKED),
        "channel": Shape({"channel_id": Words(form="channel id")}, MARKED),
        "team": Shape({"team_id": Words()}, LETTERED),
        "broadcast": Shape({"range": one_of("here", "channel", "everyone")}, LETTERED),
        "color": Shape({"value": Words()}, LETTERED),
        "date": Shape(
            {"timestamp": Number(0), "format": Words()},
            {**LETTERED, "url": Words(URL, form="uri"), "fallback": Words()},
        ),
    }
)
BORDER: dict[str, Rule] = {"border": Number(0, 1)}
SECTION = Shape({"elements": Items(PARTS)})

LINES = Kinds(
    {
        "rich_text_section": SECTION,
        "rich_text_quote": Shape({"elements": Items(PARTS)}, BORDER),
        "rich_text_preformatted": Shape({"elements": Items(PARTS.only("text", "link"))}, BORDER),
        "rich_text_list": Shape(
            {
                "style": one_of("bullet", "ordered"),
                "elements": Items(Kinds({"rich_text_section": SECTION})),
            },
            {**BORDER, "indent": Number(0, 8), "offset": Number(0)},
        ),
    }
)
RICH_TEXT_BLOCK = Shape({"elements": Items(LINES)}, {"block_id": Words(255)})
RICH_TEXT = Kinds({"rich_text": RICH_TEXT_BLOCK})
