"""The columns of SODAR's tables, in the order in which they are shown."""

from __future__ import annotations

from bionb.frames import ANY, COUNT, FLAG, TIME, columns

PROJECT_COLUMNS = (
    *columns("full_title type title sodar_uuid parent description public_access"),
    *columns(archive=FLAG, readme="str", children=ANY, roles=ANY),
)
MEMBER_COLUMNS = (
    *columns("user.username role user.name user.email", inherited=FLAG),
    *columns("sodar_uuid user.sodar_uuid project"),
)
USER_COLUMNS = (
    *columns("username name email", is_superuser=FLAG),
    *columns("auth_type sodar_uuid", additional_emails=ANY),
)
INVITE_COLUMNS = columns(
    "email role", date_created=TIME, date_expire=TIME, message="str", sodar_uuid="str", project="str"
)
SETTING_COLUMNS = (*columns("plugin_name name type", value=ANY, user_modifiable=FLAG), *columns("project user"))
SHEET_COLUMNS = columns(
    "kind study file_name title measurement_type technology_type technology_platform irods_path sodar_uuid"
)
ZONE_COLUMNS = (
    *columns("title status status_info"),
    *columns(status_locked=FLAG, date_modified=TIME),
    *columns("user.username assay project description user_message configuration irods_path sodar_uuid"),
    *columns(config_data=ANY),
)
FILE_COLUMNS = (*columns("name path type", size=COUNT, modify_time=TIME), *columns("checksum"))
COLLECTION_COLUMNS = columns("name path")
TICKET_COLUMNS = (
    *columns("label path", is_active=FLAG, date_expires=TIME, date_created=TIME, allowed_hosts=ANY),
    *columns("ticket study assay user.username sodar_uuid"),
)
REQUEST_COLUMNS = (
    *columns("path status description user.username", date_created=TIME),
    *columns("status_info action target_path project sodar_uuid"),
)
EVENT_COLUMNS = (
    *columns(time=TIME),
    *columns("event_name text status status_text user.username app project sodar_uuid", classified=FLAG),
    *columns(extra_data=ANY, status_changes=ANY, event_objects=ANY),
)
