"""The methods the simulator supports, by name; a test holds them equal to the table of facts."""

from __future__ import annotations

from collections.abc import Mapping

from slackbot.simulator.web_api import basics, chat, conversations, files, oauth, people, reading, views
from slackbot.simulator.web_api.call import Handler

ROUTES: Mapping[str, Handler] = {
    "apps.connections.open": basics.connections_open,
    "auth.test": basics.auth_test,
    "bots.info": basics.bot_info,
    "chat.delete": chat.delete,
    "chat.getPermalink": chat.get_permalink,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.postMessage": chat.post_message,
    "chat.update": chat.update,
    "conversations.history": reading.history,
    "conversations.info": conversations.info,
    "conversations.join": conversations.join,
    "conversations.list": conversations.list_conversations,
    "conversations.members": conversations.members,
    "conversations.open": conversations.open_conversation,
    "conversations.replies": reading.replies,
    "files.completeUploadExternal": files.complete_upload,
    "files.getUploadURLExternal": files.get_upload_url,
    "files.info": files.file_info,
    "oauth.v2.access": oauth.access,
    "reactions.add": basics.add_reaction,
    "team.info": basics.team_info,
    "usergroups.list": people.list_groups,
    "usergroups.users.list": people.group_users,
    "users.info": people.user_info,
    "users.list": people.list_users,
    "users.lookupByEmail": people.lookup_by_email,
    "views.open": views.open_view,
    "views.publish": views.publish,
    "views.push": views.push,
    "views.update": views.update,
}
"""Every supported method with the function that answers it."""
