"""Finds the Chromium that the browser tests drive."""

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class ChromiumMissing(Exception):
    """There is no Chromium to drive, so the browser tests cannot say anything: the suite fails."""


def find_chromium() -> Path:
    """Say which Chromium the tests start: the one that the variable CHROMIUM names, else the first on PATH.

    Raises ChromiumMissing, with what to do about it, where there is none.
    """
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        found = shutil.which(chosen)
        if found is None:
            raise ChromiumMissing(f"CHROMIUM is set to {chosen!r}, which is no program: correct or unset it.")
        return Path(found)
    for name in NAMES:
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    raise ChromiumMissing(
        f"No Chromium was found on PATH (looked for {', '.join(NAMES)}). "
        "On Debian: sudo apt-get install --no-install-recommends chromium fonts-dejavu-core. "
        "Elsewhere: install Chromium or Chrome and set CHROMIUM to the program's path."
    )


if __name__ == "__main__":
    try:
        print(find_chromium())
    except ChromiumMissing as missing:
        sys.exit(f"Error: {missing}")
