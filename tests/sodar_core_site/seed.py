"""Users, roles and projects of a new site, in the words of bionb's tests."""

from datetime import timedelta

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone
from projectroles.models import Project, ProjectInvite, Role, RoleAssignment

SHORT_NAMES = ("admin", "alice", "bob", "carol", "dave", "erin")
TEAM = {"alice": "project owner", "bob": "project contributor", "carol": "project guest"}
# Title, description and roles; the first of a state is a category, the others are projects in it.
STATES = {
    # What bionb's tests work with.
    "projects": [
        ("Genomics", "Sequencing projects", {"alice": "project owner", "erin": "project finder"}),
        ("Exome pilot", "", TEAM),
        ("RNA pilot", "Small", TEAM),
    ],
    # What the recorded sites began with.
    "recorded-1.4.5": [("Category A", "Top", {"alice": "project owner"})],
    "recorded-0.13.3": [
        ("Category A", "Top", {"alice": "project owner"}),
        ("P i_small", "", {"alice": "project owner"}),
        ("Sheets project", None, TEAM),
    ],
}


def password(user):
    """Make up the password of a user: plainly invented, and never the same for two."""
    return f"password-of-{user}"


def create_user(short, username):
    """Add one user with a password and a token, and return the user and the token."""
    user = get_user_model().objects.create_user(
        username=username,
        password=password(short),
        name=f"{short.title()} Example",
        email=f"{short}@example.org",
        is_superuser=short == "admin",
        is_staff=short == "admin",
    )
    return user, apps.get_model(settings.KNOX_TOKEN_MODEL).objects.create(user, None)[1]


def create_project(parent, title, description, roles, users):
    """Add one category, or a project if it has a parent."""
    kind = "PROJECT" if parent else "CATEGORY"
    project = Project.objects.create(title=title, type=kind, parent=parent, description=description)
    for short, role in roles.items():
        RoleAssignment.objects.create(project=project, user=users[short], role=Role.objects.get(name=role))
    return project


def invite(project, issuer):
    """Invite a newcomer. (The API cannot do so here: it needs the timeline app, which this site leaves out.)"""
    return ProjectInvite.objects.create(
        email="newcomer@example.org",
        project=project,
        role=Role.objects.get(name="project guest"),
        issuer=issuer,
        date_expire=timezone.now() + timedelta(days=14),
        message="Welcome",
        secret=str(project.sodar_uuid),
    )


def seed(state):
    """Fill an empty site and return what a client needs to know of it, ready for JSON.

    In a recorded state users are local accounts; else they have a domain, as people have.
    """
    domain = "" if state.startswith("recorded") else "@EXAMPLE"
    names = {short: short if short == "admin" else short + domain for short in SHORT_NAMES}
    made = {short: create_user(short, name) for short, name in names.items()}
    users = {short: user for short, (user, _) in made.items()}
    top, *others = STATES[state]
    category = create_project(None, *top, users)
    projects = {each[0]: create_project(category, *each, users) for each in others}
    for project in projects.values():
        invite(project, users["alice"])
    return {
        "tokens": {short: token for short, (_, token) in made.items()},
        "passwords": {short: password(short) for short in made},
        "usernames": names,
        "users": {short: str(user.sodar_uuid) for short, user in users.items()},
        "category": str(category.sodar_uuid),
        "projects": {title: str(project.sodar_uuid) for title, project in projects.items()},
    }
