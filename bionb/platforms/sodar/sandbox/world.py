"""The data of the SODAR sandbox: people, categories and projects, and who may do what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bionb.sandbox.store import FrozenClock, Identifiers
from bionb.sandbox.tokens import password_of, token_of

if TYPE_CHECKING:
    from bionb.platforms.sodar.sandbox.irods.store import Irods

RANKS = {
    "project owner": 10,
    "project delegate": 20,
    "project contributor": 30,
    "project guest": 40,
    "project viewer": 45,
    "project finder": 50,
}
OWNER, DELEGATE, CONTRIBUTOR, GUEST, VIEWER, FINDER = RANKS.values()
CATEGORY, PROJECT = "CATEGORY", "PROJECT"
SHORT_NAMES = ("alice", "bob", "carol", "dave", "erin", "admin")


@dataclass(eq=False)
class User:
    """A person with an account."""

    short: str
    username: str
    sodar_uuid: str
    is_superuser: bool = False
    tokens: set[str] = field(default_factory=set)

    @property
    def is_system(self) -> bool:
        """Local accounts count as system users and are hidden from others' lists."""
        return "@" not in self.username

    @property
    def name(self) -> str:
        """Full name."""
        return f"{self.short.title()} Example"

    @property
    def email(self) -> str:
        """E-mail address."""
        return f"{self.short}@example.org"

    @property
    def password(self) -> str:
        """Plainly invented, with an end of this process."""
        return password_of(self.short)


@dataclass(eq=False)
class Assignment:
    """A role of a user in a project."""

    sodar_uuid: str
    user: User
    role: str

    @property
    def rank(self) -> int:
        """Lower is stronger."""
        return RANKS[self.role]


@dataclass(eq=False)
class Event:
    """Something that was done, as the timeline keeps it."""

    sodar_uuid: str
    project: Project | None
    user: User
    name: str
    description: str
    app: str
    extra: dict[str, Any]
    classified: bool
    objects: dict[str, tuple[str, str]]  # label in the description -> name and UUID
    statuses: list[tuple[str, str, str]] = field(default_factory=list)  # time, type, text


@dataclass(eq=False)
class Project:
    """A category or a project."""

    sodar_uuid: str
    title: str
    type: str
    parent: Project | None
    description: str | None = None
    readme: str = ""
    public: str | None = None
    archive: bool = False
    roles: dict[str, Assignment] = field(default_factory=dict)
    invites: list[dict[str, Any]] = field(default_factory=list)
    zones: list[Any] = field(default_factory=list)
    tickets: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    lazy_sheets: Callable[[], Any] | None = None
    _sheets: Any = None

    @property
    def sheets(self) -> Any:
        """The imported sheets; examples are read when first looked at, since AltamISA takes its time."""
        if self.lazy_sheets is not None:
            self._sheets, self.lazy_sheets = self.lazy_sheets(), None
        return self._sheets

    @sheets.setter
    def sheets(self, sheets: Any) -> None:
        self._sheets, self.lazy_sheets = sheets, None

    @property
    def full_title(self) -> str:
        """Titles from the root, joined with slashes."""
        return f"{self.parent.full_title} / {self.title}" if self.parent else self.title

    @property
    def collection(self) -> str:
        """The project's collection in iRODS."""
        return f"/sandboxZone/projects/{self.sodar_uuid[:2]}/{self.sodar_uuid}"

    @property
    def sample_data(self) -> str:
        """The collection of the sample data."""
        return f"{self.collection}/sample_data"

    def inherited(self) -> list[Assignment]:
        """Return the strongest assignment of each user in the categories above."""
        best: dict[str, Assignment] = {}
        above = self.parent
        while above is not None:
            for each in above.roles.values():
                if each.user.username not in best or each.rank < best[each.user.username].rank:
                    best[each.user.username] = each
            above = above.parent
        return list(best.values())

    def own(self, user: User) -> Assignment | None:
        """Return a user's assignment in this very project."""
        return next((each for each in self.roles.values() if each.user is user), None)

    def rank(self, user: User) -> int | None:
        """Return a user's strongest rank here, None without any role."""
        if user.is_superuser:
            return 0
        found = [each.rank for each in [*self.roles.values(), *self.inherited()] if each.user is user]
        if self.public:
            found.append(RANKS[self.public])
        return min(found, default=None)

    def leads(self, user: User) -> bool:
        """Tell whether a user is owner or delegate, or may do everything."""
        return self.allows(user, DELEGATE)

    def allows(self, user: User, rank: int) -> bool:
        """Tell whether a user has this rank or a stronger one."""
        own = self.rank(user)
        return own is not None and own <= rank


class World:
    """All people and projects, in one of the named states."""

    states = ("default", "collections", "used", "empty", "recorded")

    def __init__(self, state: str) -> None:
        self.page_size = 3 if state == "recorded" else 100
        self.core_only = state == "recorded"  # a bare SODAR Core site, as the recordings are of
        self.ids = Identifiers(f"sodar/{state}")
        self.clock = FrozenClock()
        self.irods: Irods  # its collections and files, filled by who makes this world
        domain = "" if state == "recorded" else "@EXAMPLE"
        self.users = {short: self._user(short, short if short == "admin" else short + domain) for short in SHORT_NAMES}
        self.projects: dict[str, Project] = {}
        self.events: list[Event] = []
        self.settings: dict[tuple[str, ...], Any] = {}
        if state == "recorded":
            self.add(None, "Category A", alice="owner", description="For recorded replies")
        elif state != "empty":
            self._fill()
        else:
            self.add(None, "Genomics", alice="owner")

    def _user(self, short: str, username: str) -> User:
        return User(short, username, self.ids.uuid("user", short), short == "admin", {token_of(short)})

    def _fill(self) -> None:
        genomics = self.add(None, "Genomics", alice="owner", erin="finder", description="Sequencing projects")
        self.add(None, "Metabolomics", admin="owner", bob="contributor", description="Mass spectrometry")
        self.add(genomics, "Exome pilot", alice="owner", bob="contributor", carol="guest", description="Four trios")
        self.add(
            genomics, "RNA pilot", alice="owner", bob="delegate", carol="contributor", description="Pooled libraries"
        )
        teaching = self.add(genomics, "Teaching", alice="owner", carol="contributor", description="Courses")
        course = self.add(teaching, "Course 2026", alice="owner", dave="guest", description="Open to all who log in")
        course.public = "project guest"
        old = self.add(genomics, "Panel 2019", alice="owner", bob="guest", description="Finished")
        old.archive = True
        course.invites.append(self._invite(course))

    def _invite(self, project: Project) -> dict[str, Any]:
        return {
            "email": "newcomer@example.org",
            "project": project.sodar_uuid,
            "role": "project guest",
            "issuer": self.users["alice"],
            "date_created": self.clock.now().isoformat(),
            "date_expire": "2026-01-19T12:00:00+00:00",
            "message": "Welcome to the course",
            "sodar_uuid": self.ids.uuid("invite"),
            "active": True,
        }

    def note(
        self,
        project: Project | None,
        user: User,
        name: str,
        description: str,
        *,
        app: str = "projectroles",
        extra: dict[str, Any] | None = None,
        classified: bool = False,
        objects: dict[str, tuple[str, str]] | None = None,
        done: bool = True,
    ) -> Event:
        """Write into the timeline; what goes on gets its end with `conclude`."""
        event = Event(
            self.ids.uuid("event"), project, user, name, description, app, extra or {}, classified, objects or {}
        )
        self.events.append(event)
        self.conclude(event, "INIT", "Event initialized")
        if done:
            self.conclude(event, "OK", "All OK")
        return event

    def conclude(self, event: Event, status: str, words: str) -> None:
        """Write how something went."""
        event.statuses.append((self.clock.now().isoformat(), status, words))

    def add(self, parent: Project | None, title: str, description: str | None = None, **roles: str) -> Project:
        """Add a category (at the root) or a project with members by short name and short role."""
        kind = CATEGORY if parent is None or title == "Teaching" else PROJECT
        project = Project(self.ids.uuid("project"), title, kind, parent, description)
        for short, role in roles.items():
            self.assign(project, self.users[short], f"project {role}")
        self.projects[project.sodar_uuid] = project
        return project

    def assign(self, project: Project, user: User, role: str) -> Assignment:
        """Give a user a role."""
        made = Assignment(self.ids.uuid("role"), user, role)
        project.roles[made.sodar_uuid] = made
        return made

    def user(self, uuid: str) -> User | None:
        """Return the user with this UUID."""
        return next((each for each in self.users.values() if each.sodar_uuid == uuid), None)

    def children(self, project: Project) -> list[Project]:
        """Return what is directly below a category, by title."""
        below = [each for each in self.projects.values() if each.parent is project]
        return sorted(below, key=lambda each: each.full_title)

    def assignment(self, uuid: str) -> tuple[Project, Assignment] | None:
        """Return a role assignment and its project."""
        return next(((each, each.roles[uuid]) for each in self.projects.values() if uuid in each.roles), None)

    def assays(self) -> dict[str, tuple[Project, Any]]:
        """Return all assays of all sheets with their projects, by UUID."""
        return {
            uuid: (project, assay)
            for project in self.projects.values()
            if project.sheets is not None
            for uuid, assay in project.sheets.assays.items()
        }
