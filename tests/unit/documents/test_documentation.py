"""The pages about documents: their code runs, their tables are those of the data."""

import re
from pathlib import Path

from health_documents.codes.models import markdown_table
from health_documents.validation import rules

DOCS = Path(__file__).parents[3] / "docs"
BLOCK = re.compile(r"```python\n(.*?)```", re.S)


def between(text: str, name: str) -> str:
    return text.split(f"<!-- {name}: begin -->\n")[1].split(f"<!-- {name}: end -->")[0]


def link(source: str) -> str:
    return f"[{source.partition('#')[2]}](../{source.removeprefix('docs/')})"


def test_the_library_by_example_runs_from_top_to_bottom():
    blocks = BLOCK.findall((DOCS / "documents.md").read_text(encoding="utf-8"))
    assert len(blocks) >= 6
    exec(compile("\n".join(blocks), "docs/documents.md", "exec"), {})


def test_the_table_of_types_is_that_of_the_data():
    assert between((DOCS / "documents.md").read_text(encoding="utf-8"), "types") == markdown_table()


def test_the_table_of_rules_is_that_of_the_data():
    rows = between((DOCS / "fr" / "valider-ses-documents.md").read_text(encoding="utf-8"), "rules").splitlines()[2:]
    expected = [
        f"| {one.id} | {one.severity.value} | {one.title} | {', '.join(one.requirements)} | {link(one.source)} |"
        for one in rules().values()
    ]
    assert rows == expected
