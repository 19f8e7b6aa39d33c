"""Users, roles and projects of a new site, in the words of bionb's tests."""

from django.contrib.auth import get_user_model
from knox.models import get_token_model
from projectroles.models import Project, Role, RoleAssignment

SHORT_NAMES = ("admin", "alice", "bob", "carol", "dave", "erin")
STATES = {
    # What bionb's tests work with.
    "projects": {
        "Genomics": {"alice": "project owner", "erin": "project finder"},
        "Exome pilot": {"alice": "project owner", "bob": "project contributor", "carol": "project guest"},
        "RNA pilot": {"alice": "project owner", "bob": "project contributor", "carol": "project guest"},
    },
    # What the recorded site began with.
    "recorded": {"Category A": {"alice": "project owner"}},
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


def create_project(title, parent, roles, users):
    """Add one category, or a project if it has a parent."""
    kind = "PROJECT" if parent else "CATEGORY"
    project = Project.objects.create(title=title, type=kind, parent=parent, description=f"The {title}")
    for short, role in roles.items():
        RoleAssignment.objects.create(project=project, user=users[short], role=Role.objects.get(name=role))
    return project


def seed(state):
    """Fill an empty site and return what a client needs to know of it, ready for JSON.

    The first title of a state is a category, the others are projects in it. In the state ``recorded`` users
    are local accounts; else they have a domain, as people have.
    """
    domain = "" if state == "recorded" else "@EXAMPLE"
    names = {short: short if short == "admin" else short + domain for short in SHORT_NAMES}
    made = {short: create_user(short, name) for short, name in names.items()}
    users = {short: user for short, (user, _) in made.items()}
    (top, roles), *others = STATES[state].items()
    category = create_project(top, None, roles, users)
    projects = {title: create_project(title, category, roles, users) for title, roles in others}
    return {
        "tokens": {short: token for short, (_, token) in made.items()},
        "passwords": {short: password(short) for short in made},
        "usernames": names,
        "users": {short: str(user.sodar_uuid) for short, user in users.items()},
        "category": str(category.sodar_uuid),
        "projects": {title: str(project.sodar_uuid) for title, project in projects.items()},
    }
