"""Persons as lists may show them: nothing personal."""
