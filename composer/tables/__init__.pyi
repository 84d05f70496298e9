from .adaptation import AdaptationRow
from .answers import CellRow, TestReadRow
from .bases import BaseRow
from .candidates import CandidateRow, CorrectionRow, DispositionRow, ReleaseRow, VerdictRow
from .comments import CommentRow
from .curation import AuthoringJobRow
from .drift import AnchorRow, DriftScoreRow
from .examples import ExampleRow
from .jobs import JobRow
from .labelling import QueuedRow, RatingRow
from .registry import DatasetRow, TargetRow, TaskRow
from .runs import RunRow
from .webhooks import WebhookRow

__all__ = [
    "AdaptationRow",
    "AnchorRow",
    "AuthoringJobRow",
    "BaseRow",
    "CandidateRow",
    "CellRow",
    "CommentRow",
    "CorrectionRow",
    "DatasetRow",
    "DispositionRow",
    "DriftScoreRow",
    "ExampleRow",
    "JobRow",
    "QueuedRow",
    "RatingRow",
    "ReleaseRow",
    "RunRow",
    "TargetRow",
    "TaskRow",
    "TestReadRow",
    "VerdictRow",
    "WebhookRow",
]
