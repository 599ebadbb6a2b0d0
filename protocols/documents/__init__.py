"""Documents that people write: YAML read with its lines, and mistakes said in plain words."""

from protocols.documents.problem import (
    ContentError,
    DocumentError,
    Path,
    Problem,
    dotted,
    nearest,
    unknown_name,
)
from protocols.documents.reading import MAX_BYTES, MAX_DEPTH, MAX_PROBLEMS, Document, read_document
from protocols.documents.validation import validate_document

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_PROBLEMS",
    "ContentError",
    "Document",
    "DocumentError",
    "Path",
    "Problem",
    "dotted",
    "nearest",
    "read_document",
    "unknown_name",
    "validate_document",
]
