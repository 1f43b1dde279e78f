"""What projects add to the suggestions of the search, and who fits a notice."""

from .matches import Match, matches_of, question
from .suggestions import PARTNERS, PROJECTS

__all__ = ["PARTNERS", "PROJECTS", "Match", "matches_of", "question"]
