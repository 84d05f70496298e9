"""A pack as one file to download."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from composer.release.pack import Pack

# The date every file in a zip bears, so that the same release is always the same bytes.
DATE = (1980, 1, 1, 0, 0, 0)


def zipped(pack: Pack) -> bytes:
    """Return the files of a pack as a zip; the same pack gives the same bytes."""
    return zipped_files(pack.files)


def zipped_files(files: Mapping[str, bytes]) -> bytes:
    """Return files as a zip; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, DATE), content)
    return buffer.getvalue()
