"""Make environments before the tests need them: ``python -m tests.environments --all``."""

import argparse
import sys
import time

from tests.environments import EnvironmentUnavailable, environment, names, other_pythons


def prepare(name: str) -> bool:
    """Make one environment, say how that went, and return whether all is well."""
    started = time.monotonic()
    try:
        environment(name)
    except EnvironmentUnavailable as error:
        print(f"{name}: not made: {error}", flush=True)
        return bool(other_pythons(name))
    print(f"{name}: ready after {time.monotonic() - started:.0f} s", flush=True)
    return True


def main() -> int:
    """Prepare the environments named on the command line and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.environments", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of: {', '.join(names())}")
    parser.add_argument("--all", action="store_true", help="prepare every environment")
    asked = parser.parse_args()
    unknown = sorted(set(asked.names) - set(names()))
    if unknown or not (asked.names or asked.all):
        parser.error(f"name some of {', '.join(names())}, or --all")
    made = [prepare(name) for name in (names() if asked.all else asked.names)]
    return 0 if all(made) else 1


if __name__ == "__main__":
    sys.exit(main())
