"""What was found out once is true wherever the same is found at the places that were looked at.

What is found out by looking, one place after another, looks at the same place next wherever it has
found the same so far: all that is known of it is a tree, with a question at each fork.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class Fork:
    """`answers`: to the question (a number, which has a meaning to who asks), each with the fork or
    the result that follows."""

    __slots__ = ("answers", "question")

    def __init__(self, question: int) -> None:
        self.question = question
        self.answers: dict[int, Any] = {}


def remember(root: Any, findings: Iterable[tuple[int, int]], result: Any) -> Any:
    """The tree (None where nothing is known) with one more result, that no Fork may be. `findings`:
    the questions in the order in which they were asked, with their answers."""
    before: Fork | None = None
    node, last = root, 0
    for question, answer in findings:
        if node is None:
            node = Fork(question)
            if before is None:
                root = node
            else:
                before.answers[last] = node
        assert node.question == question
        before, last = node, answer
        node = node.answers.get(answer)
    if before is None:
        return result
    before.answers[last] = result
    return root
