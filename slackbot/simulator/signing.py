"""How Slack signs what it posts to a request URL (docs.slack.dev/authentication/verifying-requests-from-slack)."""

from __future__ import annotations

import hashlib
import hmac

TIMESTAMP = "X-Slack-Request-Timestamp"
SIGNATURE = "X-Slack-Signature"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Sign the raw bytes of a body sent at a time, in seconds since 1970: the scheme `v0`."""
    base = b":".join((b"v0", timestamp.encode(), body))
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def signed_headers(secret: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Write the two headers by which an app knows that a request is Slack's."""
    written = str(timestamp)
    return {TIMESTAMP: written, SIGNATURE: signature(secret, written, body)}
