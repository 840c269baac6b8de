"""Words of the evidence: which claims hold the words of a question, and how well each answers it."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from panj.evidence.models import Claim, Evidence

_WORD = re.compile(r"[^\W_]+")
_EMPTY = frozenset(
    _WORD.findall(
        "a an and are as at be been by did do does for from had has have how in is it its not of on or than that"
        " the their then there these they this to under was were what when where which who why will with"
    )
)
_ENDINGS = tuple(_WORD.findall("ations ation ments ment ings ing ions ion ers ies ied er es ed ly s e y"))


def tokens(text: str) -> list[str]:
    """Words and numbers of a text in small letters without accents; words that say nothing are left out."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return [word for word in _WORD.findall(plain.lower()) if word not in _EMPTY]


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """A word without its ending: ``mines``, ``mined`` and ``mining`` are all ``min``."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            return word.removesuffix(ending)
    return word


def rank(evidence: Evidence, words: str, any_word: bool) -> list[Claim]:
    """The claims that hold every word (or any), best first; ties in the order of the files."""
    index = _index(evidence)
    asked = list(dict.fromkeys(tokens(words)))
    scores = [index.scores(word) for word in asked]
    held = Counter(id for score in scores for id in score)
    needed = 1 if any_word else len(asked)
    found = [claim for claim in evidence.claims.values() if asked and held[claim.id] >= needed]
    return sorted(found, key=lambda claim: -sum(score.get(claim.id, 0) for score in scores))


def nearest_words(evidence: Evidence, words: str) -> dict[str, list[str]]:
    """For each word of a question that no claim holds, the words of the evidence that are written most like it."""
    index = _index(evidence)
    asked = [word for word in tokens(words) if not index.matches(word)]
    return {word: get_close_matches(word, index.stems, n=3, cutoff=0.7) for word in asked}


@dataclass(frozen=True)
class _Index:
    """Which claims hold which stems, and how much; BM25 with k = 1.2, b = 0.5 (Robertson and Zaragoza 2009)."""

    stems: Mapping[str, str]
    weights: Mapping[str, Mapping[str, float]]
    lengths: Mapping[str, float]

    def matches(self, word: str) -> dict[str, float]:
        """Stems that a word of a question means, with their weight: its own, and those of words it begins."""
        found = {self.stems[other]: 0.5 for other in self.stems if len(word) > 2 and other.startswith(word)}
        if stem(word) in self.weights:
            found[stem(word)] = 1.0
        return found

    def scores(self, word: str) -> dict[str, float]:
        """How well each claim answers one word; claims without it are left out."""
        mean = sum(self.lengths.values()) / max(1, len(self.lengths))
        scores: dict[str, float] = defaultdict(float)
        for root, certainty in self.matches(word).items():
            holders = self.weights[root]
            rarity = math.log(1 + (len(self.lengths) - len(holders) + 0.5) / (len(holders) + 0.5))
            for id, weight in holders.items():
                fullness = weight / (weight + 1.2 * (0.5 + 0.5 * self.lengths[id] / mean))
                scores[id] = max(scores[id], certainty * rarity * fullness)
        return scores


def _index(evidence: Evidence) -> _Index:
    stems: dict[str, str] = {}
    weights: dict[str, dict[str, float]] = defaultdict(dict)
    lengths: dict[str, float] = {}
    titles = {id: tokens(f"{source.producer} {source.title}") for id, source in evidence.sources.items()}
    for claim in evidence.claims.values():
        held: dict[str, float] = defaultdict(float)
        for text, weight in _texts(claim, titles):
            for word in text:
                root = stems.get(word) or stems.setdefault(word, stem(word))
                held[root] += weight
        for root, amount in held.items():
            weights[root][claim.id] = amount
        lengths[claim.id] = sum(held.values())
    return _Index(stems, weights, lengths)


def _texts(claim: Claim, titles: Mapping[str, list[str]]) -> Iterable[tuple[list[str], float]]:
    """The texts of a claim that are searched, as words, and what a word of each is worth."""
    yield tokens(claim.statement), 3
    yield tokens(" ".join([claim.test or "", claim.note, claim.flow or "", *claim.places, *claim.actors])), 1
    for source in (claim.source, claim.cites):
        yield titles.get(source or "", []), 0.2
