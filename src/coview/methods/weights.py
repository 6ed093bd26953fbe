"""What losses weigh in a method that has several."""

from __future__ import annotations

from coview.errors import UserError


def need_a_loss(method: str, **weights: float) -> None:
    """Raises UserError where both of a method's losses weigh 0: nothing would be trained.

    Args:
        method: its name, for the message.
        weights: of its two losses, by option.
    """
    if not any(weights.values()):
        raise UserError(f"{method} needs a loss: {' and '.join(weights)} both weigh 0")
