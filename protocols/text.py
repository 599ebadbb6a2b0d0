"""Text for people: Italian first, English second."""

from typing import Any, Literal

import msgspec
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

Language = Literal["it", "en"]


class Text(msgspec.Struct, frozen=True):
    """A sentence or a title in the two languages of the interface.

    As a field of a pydantic model it is written ``{it: …, en: …}``, or as a bare string, which is
    Italian. Either language may be missing, not both.
    """

    it: str
    en: str = ""

    def in_(self, language: Language) -> str:
        """The text in ``language``, or in the other one where that is missing."""
        if language == "en":
            return self.en or self.it
        return self.it or self.en

    def __str__(self) -> str:
        return self.in_("it")

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        languages = core_schema.typed_dict_schema(
            {
                "it": core_schema.typed_dict_field(core_schema.str_schema(min_length=1)),
                "en": core_schema.typed_dict_field(core_schema.str_schema(), required=False),
            },
            extra_behavior="forbid",
        )
        return core_schema.no_info_after_validator_function(
            _from_languages,
            core_schema.no_info_before_validator_function(_to_languages, languages),
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda text: {"it": text.it, "en": text.en}
            ),
        )


def _to_languages(value: Any) -> Any:
    if isinstance(value, Text):
        return {"it": value.it or value.en, "en": value.en}
    if isinstance(value, str):
        return {"it": value}
    return value


def _from_languages(languages: dict[str, str]) -> Text:
    return Text(languages["it"], languages.get("en", ""))
