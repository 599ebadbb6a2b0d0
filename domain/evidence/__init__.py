"""The evidence of one case, for somebody who trusts neither us nor our program."""
