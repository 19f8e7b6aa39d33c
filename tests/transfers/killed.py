"""Download what a server has, in a process of its own that may be killed: ``URL FOLDER NAME SIZE ...``."""

import sys
from urllib.parse import quote

from bionb.http.auth import NoAuth
from bionb.session import Session
from bionb.transfers import Remote, carry_out, fetches, linked


def main(url, folder, *files):
    session = Session(url, NoAuth(), label="The server")

    def remote(name, size):
        return Remote(
            name, linked(session, lambda: f"{url}/{quote(name)}", what=f"fetch {name}"), int(size), key=name
        ), name

    chosen = [remote(name, size) for name, size in zip(files[::2], files[1::2], strict=True)]
    carry_out(fetches(chosen, folder, overwrite=False), doing="download")


if __name__ == "__main__":
    main(*sys.argv[1:])
