"""Settings of the site: the least that SODAR Core 0.13, 1.1 or 1.4 needs to answer its REST API."""

import os
from importlib.metadata import version

from projectroles.constants import get_sodar_constants

CORE = tuple(map(int, version("django-sodar-core").split(".")[:2]))

# Without web pages nobody needs sessions, forms and messages; older versions import them all the same.
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    *(["django.contrib.sites", "django.contrib.sessions", "django.contrib.messages"] if CORE < (1, 4) else ["axes"]),
    *(["crispy_forms", "dal", "markupfield", "pagedown.apps.PagedownConfig"] if CORE < (1, 4) else []),
    "djangoplugins",
    "rest_framework",
    "knox",
    "dal_select2",
    "rules.apps.AutodiscoverRulesConfig",
    "users.apps.UsersConfig",
    "projectroles.apps.ProjectrolesConfig",
    "tokens.apps.TokensConfig",
    "timeline.apps.TimelineConfig",
]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "urls"
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
SECRET_KEY = "not a secret: the site lives for one test run"
SITE_ID = 1
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"

AUTH_USER_MODEL = "users.User"
MIGRATION_MODULES = {"users": os.environ["SODAR_CORE_SITE_MIGRATIONS"]}
KNOX_TOKEN_MODEL = "knox.AuthToken" if CORE < (1, 3) else "tokens.SODARAuthToken"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# Users "name@EXAMPLE" count as people; all others are system users, whom users/list shows to superusers only.
AUTH_LDAP_USERNAME_DOMAIN = "EXAMPLE"
AXES_ENABLED = False
# Every Basic request checks a password: the quick hash keeps the tests quick.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
REST_FRAMEWORK = {
    # Basic first, so that a 401 carries WWW-Authenticate as on the real servers.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.BasicAuthentication",
        "knox.auth.TokenAuthentication",
    ],
    "PAGE_SIZE": 3,  # small, so that few projects make several pages
}
DATABASES = {
    "default": {
        "ENGINE": "sqlite_array",
        "NAME": os.environ["SODAR_CORE_SITE_DATABASE"],
        "ATOMIC_REQUESTS": True,
        "OPTIONS": {"timeout": 20},
    }
}

SITE_PACKAGE = "users"
SITE_INSTANCE_TITLE = "Test site"
SODAR_CONSTANTS = get_sodar_constants()
ENABLED_BACKEND_PLUGINS = ["timeline_backend"]
PROJECTROLES_SITE_MODE = "SOURCE"
PROJECTROLES_TARGET_CREATE = True
PROJECTROLES_DELEGATE_LIMIT = 1
PROJECTROLES_DEFAULT_ADMIN = "admin"
PROJECTROLES_INVITE_EXPIRY_DAYS = 14
PROJECTROLES_SEND_EMAIL = False
EMAIL_SENDER = "site@example.org"
EMAIL_SUBJECT_PREFIX = ""

# A traceback on standard error for every 500, so that a failing test can be understood.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django.request": {"handlers": ["console"], "level": "ERROR"}},
}
