"""Start a new site: ``python serve.py FOLDER STATE``, with the python of the environment ``sodar-core``.

Makes the database in the folder, fills it as `seed` says, listens on a free port of 127.0.0.1, and writes one
line of JSON to standard output when it is ready to answer. It ends when its standard input is closed, so that
it never outlives the tests that started it.
"""

import json
import os
import sys
import threading
from pathlib import Path


def end_with_parent():
    """Wait until nobody holds the other end of standard input, then leave."""
    sys.stdin.read()
    os._exit(0)


def application(folder, state):
    """Make the site's database in a folder and return the WSGI application and what was put into it."""
    # The users' table follows the installed SODAR Core, so its migration is made here and not kept.
    migrations = folder / "users_migrations"
    migrations.mkdir()
    (migrations / "__init__.py").touch()
    sys.path.append(str(folder))
    os.environ["SODAR_CORE_SITE_MIGRATIONS"] = migrations.name
    os.environ["SODAR_CORE_SITE_DATABASE"] = str(folder / "site.sqlite3")
    os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    site = get_wsgi_application()
    call_command("makemigrations", "users", verbosity=0, skip_checks=True)
    call_command("migrate", verbosity=0, skip_checks=True)

    from seed import seed

    return site, seed(state)


def main(folder, state):
    """Serve a new site until the parent goes away."""
    from waitress import create_server

    site, seeded = application(folder, state)
    server = create_server(site, host="127.0.0.1", port=0, threads=2)
    url = f"http://127.0.0.1:{server.effective_port}"
    threading.Thread(target=end_with_parent, daemon=True).start()
    print(json.dumps({"url": url, **seeded}), flush=True)
    server.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
