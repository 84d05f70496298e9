"""`composer export`: a released prompt as a pack, or in the formats of other tools."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from composer.cli.common import HomeOption, JsonOption, opened, out, person, refusals, say
from composer.cli.figures_table import BAD, GOOD
from composer.formats.batch_jsonl import NAME as BATCH
from composer.formats.catalogue import ALL, FORMATS, chosen
from composer.models.system_role import PLACES
from composer.release.pack import Pack, export_release
from composer.release.verification import EVIDENCE, MESSAGES
from library.errors import Refused

if TYPE_CHECKING:
    from composer.attestation.signing import PrivateKey
    from composer.release.earlier import Superseded
    from composer.release.exported import Export


def _list_formats(wanted: bool) -> None:
    if not wanted:
        return
    width = max(map(len, FORMATS))
    for one in FORMATS.values():
        say(f"{one.name:{width}}  {one.title}", hang=width + 2)
    raise typer.Exit


@refusals
def export(
    task: Annotated[str, typer.Argument(help="Name of the task.")],
    target: Annotated[str, typer.Option("--target", help="Name of the target.")],
    folder: Annotated[Path, typer.Option("--out", help="Folder to write into: a new or an empty one.")],
    formats: Annotated[
        str,
        typer.Option(
            "--format",
            help=f"Formats, commas between: {', '.join(FORMATS)}; or {ALL} that can hold it. None: the pack.",
        ),
    ] = "",
    rows: Annotated[
        Path | None, typer.Option("--rows", help="File of rows to be asked, a column an input (batch.jsonl).")
    ] = None,
    sign: Annotated[
        Path | None,
        typer.Option("--sign", help="Private key to sign the pack's evidence with (composer keys new)."),
    ] = None,
    release: Annotated[
        int | None,
        typer.Option("--release", help="An earlier release in place of the one in use, by its number."),
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
    _: Annotated[
        bool, typer.Option("--formats", help="List the formats.", callback=_list_formats, is_eager=True)
    ] = False,
) -> None:
    """Write what is released for (task, target): the pack, or the formats of other tools.

    Without --format that is prompt.txt, messages.json and manifest.json. Each format is loaded back before it is
    written, and one that would change a byte is refused. An earlier release has to be fit to be rolled back to.
    """
    if rows is not None and not {BATCH, ALL} & set(_names(formats)):
        raise Refused(f"rows are asked by {BATCH} alone", fix="Add it to --format, or leave --rows out.")
    if formats:
        if sign is not None:
            raise Refused("only a pack is signed", fix="Leave --format out, or --sign.")
        _export_formats(task, target, folder, _names(formats), rows, release, home, as_json)
        return
    key = None
    if sign is not None:
        from composer.attestation.signing import private_key  # few exports are signed

        key = private_key(sign)
    with opened(home, scope="export", task=task).session() as session:
        pack = export_release(
            session, task, target, folder, by=person(), at=datetime.now(UTC), key=key, release=release
        )
    _say_pack(pack, folder, key, as_json=as_json)


def _say_pack(pack: Pack, folder: Path, key: PrivateKey | None, *, as_json: bool) -> None:
    files = sorted([*pack.files, *([EVIDENCE] if key else [])])
    if as_json:
        said = {"pack": pack.fingerprint, "files": files, "key": key and key.public_key.keyid}
        print(json.dumps({**said, "release": pack.release, "superseded": _superseded(pack.superseded)}))
        return
    _say_superseded(pack.superseded)
    out.print(f"Wrote {', '.join(files)} to {folder}.", highlight=False, soft_wrap=True)
    if pack.system != "role":
        say(f"{MESSAGES} has no system message: the prompt is the {PLACES[pack.system]}.")
    out.print(f"Pack {pack.fingerprint}", highlight=False, soft_wrap=True)
    if key is not None:
        say(f"Signed with key {key.public_key.keyid}. Check it with: composer verify {folder} --key PUBLIC_KEY")


def _names(formats: str) -> list[str]:
    return [name.strip() for name in formats.split(",")]


def _export_formats(
    task: str,
    target: str,
    folder: Path,
    names: list[str],
    rows: Path | None,
    release: int | None,
    home: Path | None,
    as_json: bool,
) -> None:
    from composer.release.exported import export_formats  # a pack alone needs no reader of tables

    wanted = chosen(names)
    with opened(home, scope="export", task=task).session() as session:
        export = export_formats(
            session,
            task,
            target,
            folder,
            wanted,
            asked=rows,
            all_or_none=ALL not in names,
            release=release,
            by=person(),
            at=datetime.now(UTC),
        )
    if as_json:
        print(json.dumps(document(export), ensure_ascii=False))
    else:
        _say_superseded(export.superseded)
        show(export, folder)


def _superseded(found: Superseded | None) -> dict[str, Any] | None:
    return None if found is None else {"by": found.next, "now": found.now, "rolled_back": found.rolled_back}


def _say_superseded(found: Superseded | None) -> None:
    if found is not None:
        say(("! ", BAD), found.sentence, hang=2)


def document(export: Export) -> dict[str, Any]:
    """Return what an export came to as JSON: `proof` is null where a format's tool isn't installed."""
    return {
        "pack": export.prompt.fingerprint,
        "release": export.prompt.release,
        "superseded": _superseded(export.superseded),
        "written": [
            {"format": one.format.name, "files": sorted(one.files), "proof": one.proof or None}
            for one in export.written
        ],
        "refused": [{"format": name, "reason": str(refusal)} for name, refusal in export.refused.items()],
    }


def show(export: Export, folder: Path) -> None:
    """Say of each format what was written and how it was proved, or why it wasn't."""
    width = max(len(name) for name in (*export.files, *export.refused))
    shown: set[str] = set()
    for one in export.written:
        proof = one.proof or f"not loaded back: {one.format.tool_title or one.format.tool} isn't installed here"
        mark = ("✓ ", GOOD) if one.proof else ("! ", BAD)
        for name in (name for name in one.files if name not in shown):
            say(mark, f"{name:{width}}  {proof}", hang=width + 4)
        if one.format.note:
            say(f"  {'':{width}}  {one.format.note(export.prompt)}", hang=width + 4)
        shown |= set(one.files)
    for name, refusal in export.refused.items():
        say(("✗ ", BAD), f"{name:{width}}  refused: {refusal}", hang=width + 4)
    if export.prompt.system != "role":
        say(f"The prompt is the {PLACES[export.prompt.system]}.")
    count = len(export.files)
    say(f"Wrote {count} file{'s' * (count != 1)} to {folder}.")
    say(f"Pack {export.prompt.fingerprint}")
