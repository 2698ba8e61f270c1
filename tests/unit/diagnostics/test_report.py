"""What a report tells of settings: nothing that may be in a person's own words, whatever comes to be declared."""

from __future__ import annotations

from dataclasses import replace

from phototagger.diagnostics.report import Report, settings_told, versions
from phototagger.settings.declared import Settings, all_settings
from phototagger.settings.rules import Text


def test_of_a_setting_that_is_any_text_only_whether_it_is_set_is_told() -> None:
    settings = Settings()
    free = [name for name, _, declared in all_settings() if isinstance(declared.rule, Text)]
    assert {"write.exiftool", "updates.address"} <= set(free)
    for name in free:
        section, _, entry = name.partition(".")
        part = replace(getattr(settings, section), **{entry: "Zyxanna"})
        settings = replace(settings, **{section: part})
    told = settings_told(settings)
    assert {told[name] for name in free} == {"set"}
    assert told["words.language"] == "en"
    assert told["analysis.faces"] is True
    assert set(told) == {name for name, _, _ in all_settings()} | {"not known to this version"}


def test_an_optional_part_that_is_missing_is_told_as_such() -> None:
    assert versions(None)["exiftool"] is None
    text = Report({"versions": versions(None)}).text()
    assert "exiftool: -" in text
