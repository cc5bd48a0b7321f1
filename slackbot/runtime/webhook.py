"""Telling somebody outside Slack that Rung can't speak in it: one small POST to an address of the operator's."""

from __future__ import annotations

import json
import logging
import urllib.error
import urllib.request
from collections.abc import Mapping

log = logging.getLogger(__name__)

TIMEOUT = 5.0
"""Seconds; the loop that tells waits for it."""


class Webhook:
    """An address that takes JSON by POST, as the incoming webhooks of chats and pagers do.

    `text` is a whole sentence, which most of them show; the other keys are for machines. Nothing that agents or
    customers wrote goes there, and the address is never logged: it is often a secret.
    """

    def __init__(self, url: str, *, timeout: float = TIMEOUT) -> None:
        self._url = url
        self._timeout = timeout

    def tell(self, alert: Mapping[str, str]) -> bool:
        """Post an alert once; False if nobody took it, and the log says why."""
        body = json.dumps({"source": "rung", **alert}).encode()
        request = urllib.request.Request(  # noqa: S310 - the settings take http and https only
            self._url, data=body, headers={"Content-Type": "application/json"}, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=self._timeout):  # noqa: S310 - as above
                return True
        except (OSError, ValueError) as error:
            # HTTP's refusals and broken connections are OSErrors; their texts may repeat the address.
            code = error.code if isinstance(error, urllib.error.HTTPError) else type(error).__name__
            log.warning("RUNG_ALERT_URL did not take an alert: %s", code)
            return False
