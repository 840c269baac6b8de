from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import panj
from panj.evidence import Claim, Evidence, QuestionError, Source, conflicts, open_evidence, read_evidence, search
from panj.evidence.words import nearest_words, stem, tokens

REAL = Path(panj.__file__).parent / "regions" / "central-asia" / "evidence"


def ids(answer):
    return [claim.id for claim in answer.claims]


@pytest.fixture
def evidence(folder):
    return open_evidence(folder)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("mines", ["T001"]),
        ("mined", ["T001"]),  # also of its test
        ("MINING", ["T001"]),
        ("smuggl", ["T003", "T004"]),  # title of the source
        ("ledger", ["T001", "T002", "T003"]),  # T003 quotes it
        ("opium gates", ["T002", "T003"]),  # the title of T003's quoted source has gates
        ("opium mines", []),
        ("opiates", ["T002", "T003"]),  # the flow
        ("the of", []),
        ("xyzzy", []),
    ],
)
def test_words_are_found_whatever_their_ending(evidence, words, found):
    assert sorted(ids(search(evidence, words))) == found


def test_own_words_come_before_words_of_the_source(evidence):
    assert ids(search(evidence, "gates"))[0] == "T002"


def test_any_word_is_enough_if_asked_so(evidence):
    assert sorted(ids(search(evidence, "opium mines", any_word=True))) == ["T001", "T002", "T003"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"place": "NO-SO"}, ["T001"]),
        ({"place": "so-no"}, ["T001"]),
        ({"place": "SO"}, ["T001", "T002", "T003"]),
        ({"place": "NO"}, ["T001"]),
        ({"place": "region"}, ["T004"]),
        ({"flow": "Opiates"}, ["T002", "T003"]),
        ({"kind": "event"}, ["T001"]),
        ({"role": "target"}, ["T002", "T003"]),
        ({"source": "gazette"}, ["T003", "T004"]),
        ({"source": "ledger"}, ["T001", "T002", "T003"]),
        ({"source": "smugglers laugh"}, ["T003", "T004"]),
        ({"between": ("2000-03-15", "2000-03-15")}, ["T001"]),
        ({"between": ("2000-04", "2000-12")}, []),  # an event is over with its own month
        ({"between": ("2001-12-31", "2002")}, ["T002", "T003"]),
        ({"between": ("2000", "2001")}, ["T001", "T002", "T003"]),
    ],
)
def test_filters_find_what_they_name(evidence, filters, found):
    assert ids(search(evidence, **filters)) == found


def test_undated_claims_are_left_out_and_counted(evidence):
    answer = search(evidence, between=("1990", "2010"))
    assert "T004" not in ids(answer)
    assert answer.undated == 1


def test_claims_that_hold_everywhere_are_counted_beside_a_place(evidence):
    assert search(evidence, place="SO").everywhere == 1
    assert search(evidence, place="region").everywhere == 0


def test_every_unknown_word_of_a_question_is_named_at_once(evidence):
    with pytest.raises(QuestionError) as caught:
        search(evidence, place="XX", flow="opiate", kind="dtum", role="x", source="?", between=("2001-13", "2000"))
    assert len(caught.value.faults) == 6
    assert "'opiates'" in str(caught.value)
    assert "'datum'" in str(caught.value)


def test_dates_in_the_wrong_order_are_refused(evidence):
    with pytest.raises(QuestionError, match="2002 is after 2001"):
        search(evidence, between=("2002", "2001"))


def test_conflicts_stand_side_by_side_and_meanings_are_none(evidence):
    (conflict,) = conflicts(evidence)
    assert conflict.judgement.id == "J01"
    assert [side.id for side in conflict.sides] == ["T002", "T003"]
    assert conflicts(evidence, {"T003"}) == (conflict,)
    assert conflicts(evidence, {"T001"}) == ()


def test_unknown_words_bring_the_nearest(evidence):
    assert nearest_words(evidence, "opuim mines") == {"opuim": ["opium"]}


def test_no_evidence_answers_nothing():
    assert search(Evidence({}, {}, (), {}), "mines").claims == ()


# Laws

WORDS = st.sampled_from(
    [*tokens("mines opium guard bridge queue bribe tariff route border river 1999 raid visa"), "café"]
)


@st.composite
def folders(draw):
    """Evidence of a few claims with words, places and dates by chance."""
    source = Source(id="src", producer="Press", title="A bridge", kind="press", quality="low", seen="source")
    claims = {}
    for number in range(draw(st.integers(1, 8))):
        claims[f"C{number}"] = Claim(
            id=f"C{number}",
            source="src",
            statement=" ".join(draw(st.lists(WORDS, min_size=1, max_size=6))),
            kind=draw(st.sampled_from(["datum", "event"])),
            role=draw(st.sampled_from(["input", "target"])),
            places=draw(st.lists(st.sampled_from(["AA", "BB", "AA-BB", "region"]), max_size=2)),
            flow=draw(st.sampled_from([None, "goods", "arms"])),
            holds_from=draw(st.sampled_from([None, "1999", "2001-05"])),
            holds_to=draw(st.sampled_from([None, "2001-06", "2003"])),
            confidence="low",
        )
    return Evidence({"src": source}, claims, (), {})


FILTERS = {
    "place": st.sampled_from(["AA", "BB", "BB-AA", "region"]),
    "between": st.sampled_from([("1999", "1999"), ("2001-06-15", "2002"), ("2004", "2005")]),
    "flow": st.sampled_from(["goods", "arms"]),
    "kind": st.sampled_from(["datum", "event"]),
    "role": st.sampled_from(["input", "target"]),
    "source": st.just("src"),
}


@given(folders(), st.lists(WORDS, max_size=2).map(" ".join), st.fixed_dictionaries({}, optional=FILTERS), st.data())
def test_a_filter_never_adds_results(evidence, words, filters, data):
    try:
        narrow = search(evidence, words, **filters)
    except QuestionError:  # no claim has this place or flow
        return
    wide = {key: value for key, value in filters.items() if data.draw(st.booleans())}
    assert set(ids(narrow)) <= set(ids(search(evidence, words, **wide)))


@given(folders(), WORDS, WORDS)
def test_a_further_word_never_adds_results(evidence, word, another):
    assert set(ids(search(evidence, f"{word} {another}"))) <= set(ids(search(evidence, word)))


@given(folders())
def test_every_claim_is_found_by_its_own_words(evidence):
    for claim in evidence.claims.values():
        assert claim.id in ids(search(evidence, claim.statement))


@given(st.text())
def test_a_word_and_its_stem_begin_alike(text):
    for word in tokens(text):
        assert word.startswith(stem(word))


@pytest.mark.skipif(not (REAL / "claims" / "essay.jsonl").is_file(), reason="the region does not ship yet")
def test_the_claims_of_the_first_region_are_found_by_their_rarest_words():
    evidence, _ = read_evidence(REAL)
    count = Counter(word for claim in evidence.claims.values() for word in set(tokens(claim.statement)))
    for claim in list(evidence.claims.values())[::40]:
        rarest = sorted(set(tokens(claim.statement)), key=lambda word: (count[word], word))[:3]
        assert claim.id in ids(search(evidence, " ".join(rarest))), claim.id
