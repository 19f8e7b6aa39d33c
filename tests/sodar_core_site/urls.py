"""Addresses of the site: the two REST APIs, and the names that SODAR Core's own code looks up."""

from django.http import HttpResponse
from django.urls import include, path


def page(request):
    """Stand where a web page would be."""
    return HttpResponse("This site answers its REST API only.")


urlpatterns = [
    path("project/", include("projectroles.urls")),
    path("tokens/", include("tokens.urls")),
    path("timeline/", include("timeline.urls")),
    path("", page, name="home"),
    path("login/", page, name="login"),
    path("logout/", page, name="logout"),
]
