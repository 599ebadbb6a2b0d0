"""What is found of an installation, and what is wrong with it: `cantiere doctor`."""

from api.stack.doctor.check import Check
from api.stack.doctor.examination import examine

__all__ = ["Check", "examine"]
