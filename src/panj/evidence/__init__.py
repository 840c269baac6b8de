"""What is known and who says so: sources, claims, series, judgements.

Reading, checking and searching of evidence live here; what is made of it (regions, rules) does not. Next room up:
`region`.
"""

from panj.evidence.models import Claim, Evidence, Judgement, Observation, Quantity, Source
from panj.evidence.reading import EvidenceError, open_evidence, read_evidence
from panj.evidence.search import Answer, Conflict, QuestionError, conflicts, search

__all__ = [
    "Answer",
    "Claim",
    "Conflict",
    "Evidence",
    "EvidenceError",
    "Judgement",
    "Observation",
    "Quantity",
    "QuestionError",
    "Source",
    "conflicts",
    "open_evidence",
    "read_evidence",
    "search",
]
