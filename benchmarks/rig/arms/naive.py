"""The naive ways to raise a case: rows through the ORM, three posts to Slack, and the ack before or after all that.

naive.py work-then-ack|ack-then-work channel
"""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from sqlalchemy import ForeignKey, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker


class Base(DeclarativeBase):
    """The naive tables."""


class Case(Base):
    """A case."""

    __tablename__ = "cases"
    id: Mapped[int] = mapped_column(primary_key=True)
    raised_by: Mapped[str]
    summary: Mapped[str]


class Happening(Base):
    """What happened to a case."""

    __tablename__ = "happenings"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    what: Mapped[str]


def work(sessions: sessionmaker[Session], client: WebClient, channel: str, body: dict[str, Any]) -> None:
    """Store a case and tell everybody: the tier, its thread and the agent."""
    with sessions() as session:
        case = Case(raised_by=body["user_id"], summary=body["text"])
        session.add(case)
        session.flush()
        session.add(Happening(case_id=case.id, what="raised"))
        session.commit()
    posted = client.chat_postMessage(channel=channel, text=f"New case: {body['text']}")
    client.chat_postMessage(channel=channel, thread_ts=posted["ts"], text=f"Who takes it: {body['text']}?")
    client.chat_postMessage(channel=body["user_id"], text=f"Your case went up: {body['text']}")


def main() -> None:
    """Run until killed."""
    order, channel = sys.argv[1:]
    engine = create_engine(os.environ["DATABASE_URL"])
    Base.metadata.create_all(engine)
    sessions = sessionmaker(engine)
    token = os.environ["SLACK_BOT_TOKEN"]
    app = App(token=token, client=WebClient(token, base_url=os.environ["SLACK_API_URL"]))

    def escalate(ack: Ack, client: WebClient, body: dict[str, Any]) -> None:
        if order == "ack-then-work":
            ack()
        work(sessions, client, channel, body)
        if order == "work-then-ack":
            ack()

    app.command("/escalate")(escalate)
    SocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).connect()  # type: ignore[no-untyped-call]  # Bolt gives it no types
    threading.Event().wait()


if __name__ == "__main__":
    main()
