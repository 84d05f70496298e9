#!/usr/bin/env bash
# Package: vaderSentiment 0.5, its source archive (the data of Hutto & Gilbert, ICWSM 2014, lie inside it).
# Expected: the table of texts and the table of single ratings of each kind agree, and texts are plain text.
# Seen: for 199 of 4,200 tweets the mean beside the text is not the mean of the single ratings (by up to 1.13); product
#   reviews have 300 document ids where the description counts 309 reviews; ampersands are escaped once in three
#   tables and twice in the editorials; one of the four tables of ratings begins with a byte order mark.
# For users: take means of the single ratings, read with utf-8-sig, and unescape until nothing changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check setuptools==84.2.1
"$work/venv/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: \
    --no-build-isolation --dest "$work" vaderSentiment==0.5
"$work/venv/bin/python" - "$work/vaderSentiment-0.5.zip" <<'PYTHON'
import io, json, sys, tarfile, zipfile

outer = zipfile.ZipFile(sys.argv[1])
inner = outer.read("vaderSentiment-0.5/additional_resources/hutto_ICWSM_2014.tar.gz")
archive = tarfile.open(fileobj=io.BytesIO(inner))


def rows(stem: str, table: str) -> list[list[str]]:
    text = archive.extractfile(f"hutto_ICWSM_2014/{stem}_{table}.txt").read().decode()
    return [line.split("\t") for line in text.split("\n") if line.strip()]


given = {row[0]: json.loads(row[3]) for row in rows("tweets", "anonDataRatings")}
gaps = [abs(float(row[1]) - sum(given[row[0]]) / len(given[row[0]])) for row in rows("tweets", "GroundTruth")]
seen = {
    "tweets whose mean differs": sum(gap > 0.001 for gap in gaps),
    "largest difference": round(max(gaps), 2),
    "document ids of product reviews": len({row[0].split("_")[0] for row in rows("amazonReviewSnippets", "GroundTruth")}),
    "escaped twice, editorials": sum("&amp;amp;" in row[2] for row in rows("nytEditorialSnippets", "GroundTruth")),
    "escaped twice, tweets": sum("&amp;amp;" in row[2] for row in rows("tweets", "GroundTruth")),
    "tables that begin with a byte order mark": [
        stem
        for stem in ("tweets", "movieReviewSnippets", "amazonReviewSnippets", "nytEditorialSnippets")
        if rows(stem, "anonDataRatings")[0][0].startswith("\ufeff")
    ],
}
print(json.dumps(seen, indent=2))
assert seen == {
    "tweets whose mean differs": 199,
    "largest difference": 1.13,
    "document ids of product reviews": 300,
    "escaped twice, editorials": 8,
    "escaped twice, tweets": 0,
    "tables that begin with a byte order mark": ["amazonReviewSnippets"],
}, seen
PYTHON
echo "as described"
