"""The user: SODAR Core brings the fields, a site has to bring the class."""

from projectroles.models import SODARUser


class User(SODARUser):
    """A user of the site."""
