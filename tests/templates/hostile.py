"""Texts that people should not write, and do."""

from __future__ import annotations

from hypothesis import strategies as st

FRAGMENTS = (
    "<!channel>",
    "<!here|x>",
    "<@U0EVIL>",
    "<!subteam^S0EVIL>",
    "<https://evil.example|Acknowledge>",
    "<!date^1^{time}|x>",
    "@here",
    "@channel @everyone",
    "&",
    "&lt;!channel&gt;",
    "<",
    ">",
    "*_~`",
    "*Acknowledged by @lea*",
    "\n\n\n\n\n",
    "\n> quoted",
    "\x00\x1b[31m",
    "\u202eevil\u2069",
    "\ud83d",
    "😀",
    "中文",
    "{{ 7 * 7 }}",
    "{% for x in y %}",
    "{tier}",
    '"},{"',
    "\\",
    "w" * 400,
    " " * 50,
    "\u2028",
    "ESC-1",
)
EVERYTHING = st.characters(exclude_categories=())
TEXTS = st.builds(
    lambda parts, times: "".join(parts) * times,
    st.lists(st.sampled_from(FRAGMENTS) | st.text(EVERYTHING, max_size=12), min_size=0, max_size=8),
    st.sampled_from((1, 1, 1, 7, 60)),
)
# What a policy takes as a name: a line of at most 75 units, which is what Slack's menus show.
NAMES = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")), min_size=1, max_size=37).filter(
    lambda name: name.strip() == name
) | st.sampled_from(("&" * 75, "😀" * 37, "中" * 75, "<!channel>"))
