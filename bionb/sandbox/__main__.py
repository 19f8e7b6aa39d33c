"""Run sandbox servers from a shell: ``python -m bionb.sandbox sodar``."""

from __future__ import annotations

import argparse
import sys
import threading

from bionb.registry import platforms
from bionb.sandbox import start_sandbox


def main() -> None:
    """Start the servers, say where they are, and serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m bionb.sandbox", description=__doc__)
    parser.add_argument(
        "platforms", nargs="*", metavar="PLATFORM", help=f"any of {', '.join(platforms())}; default: all"
    )
    parser.add_argument("--state", help="named state of the data")
    parser.add_argument("--generation", help="'old' or 'new', where servers come in generations")
    options = parser.parse_args()
    names = options.platforms or platforms()
    with start_sandbox(*names, state=options.state, generation=options.generation) as sandbox:
        for name in names:
            shown = ", ".join(f"{key}={value}" for key, value in sandbox.credentials(name).items())
            sys.stdout.write(f"{name}: {sandbox.url(name)} with {shown}\n")
        sys.stdout.write("Interrupt to stop.\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            sys.stdout.write("Stopped.\n")


if __name__ == "__main__":
    main()
