"""One is not many: nothing that is printed counts ``1 members``."""

import re

import pytest
from typer.testing import CliRunner

from panj.basics.words import counted
from panj.cli import main

RUN = CliRunner()

ONE = "as|is|has|does|was|counts|comes|shows|arrives|times|thesis|status"
"""Words on an s that may follow the number 1."""

ONE_OF_MANY = re.compile(rf"(?<![\d.,-])\b1 (?!({ONE})\b)[a-z]+s\b")


def test_a_noun_follows_its_number():
    assert [counted(number, "post") for number in (0, 1, 2, 1503)] == ["0 posts", "1 post", "2 posts", "1,503 posts"]
    assert [counted(number, "thesis", "theses") for number in (1, 2)] == ["1 thesis", "2 theses"]


def test_what_counts_one_as_many_is_found():
    assert ONE_OF_MANY.search("of 1 members")
    assert not ONE_OF_MANY.search("11 members, 0.1 points, 1 member, 1 has")


@pytest.mark.parametrize(
    "words",
    [
        "check tiny",
        "card tiny",
        "evidence --region tiny",
        "evidence --region tiny opium",
        "evidence --region tiny T014",
        "show NO-SO --region tiny --on 2001",
        "show NO --region tiny --on 2001",
        "compare history no-raid --region tiny --members 1 --into {runs}",
        "run tiny --members 1 --workers 1 --out {runs}/run",
        "theses tiny --members 1 --only raid-brought-help --into {runs}",
    ],
)
@pytest.mark.usefixtures("computed")
def test_one_is_not_told_as_many(words, tmp_path):
    shown = RUN.invoke(main, words.format(runs=tmp_path).split())
    assert shown.exit_code == 0, shown.output
    assert not ONE_OF_MANY.search(shown.output), ONE_OF_MANY.search(shown.output)
    pages = [page.read_text("utf-8") for page in tmp_path.rglob("*.html")]
    for page in pages:
        text = re.sub(r"<script.*?</script>|<style.*?</style>|<[^>]*>", "", page, flags=re.DOTALL)
        assert not ONE_OF_MANY.search(text), ONE_OF_MANY.search(text)
