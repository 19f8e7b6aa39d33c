"""Users, roles and projects of a new site, in the words of bionb's tests."""

from django.contrib.auth import get_user_model
from knox.models import get_token_model
from projectroles.models import Project, Role, RoleAssignment

NAMES = {
    "admin": "admin",
    "alice": "alice@EXAMPLE",
    "bob": "bob@EXAMPLE",
    "carol": "carol@EXAMPLE",
    "dave": "dave@EXAMPLE",
    "erin": "erin@EXAMPLE",
}
CATEGORY = "Genomics"
PROJECTS = ("Exome pilot", "RNA pilot")
ROLES = {
    CATEGORY: {"alice": "project owner", "erin": "project finder"},
    **{
        title: {"alice": "project owner", "bob": "project contributor", "carol": "project guest"}
        for title in PROJECTS
    },
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
    return user, get_token_model().objects.create(user, None)[1]


def create_project(title, kind, parent, users):
    """Add one project or category with the roles that `ROLES` names for it."""
    project = Project.objects.create(title=title, type=kind, parent=parent)
    for short, role in ROLES[title].items():
        RoleAssignment.objects.create(project=project, user=users[short], role=Role.objects.get(name=role))
    return project


def seed():
    """Fill an empty site and return what a client needs to know of it, ready for JSON."""
    made = {short: create_user(short, username) for short, username in NAMES.items()}
    users = {short: user for short, (user, _) in made.items()}
    category = create_project(CATEGORY, "CATEGORY", None, users)
    projects = {title: create_project(title, "PROJECT", category, users) for title in PROJECTS}
    return {
        "tokens": {short: token for short, (_, token) in made.items()},
        "passwords": {short: password(short) for short in made},
        "usernames": NAMES,
        "users": {short: str(user.sodar_uuid) for short, user in users.items()},
        "category": str(category.sodar_uuid),
        "projects": {title: str(project.sodar_uuid) for title, project in projects.items()},
    }
