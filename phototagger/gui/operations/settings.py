"""Changing the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from phototagger.domain.records import Changes
from phototagger.gui.operations import words
from phototagger.gui.operations.context import Context
from phototagger.gui.operations.jobs import Slot
from phototagger.gui.settings.settings_dialog import SettingsDialog
from phototagger.settings.declared import WindowSettings


def edit(to: Context, show: Callable[[WindowSettings], None]) -> SettingsDialog:
    """Opens the settings; what was changed takes effect at once and is stored. ``show`` changes the look."""
    preferences = to.program.preferences
    dialog = SettingsDialog(
        preferences.settings, to.jobs.busy(Slot.ANALYSIS), to.window, writing=to.jobs.busy(Slot.FILES)
    )

    def chosen() -> None:
        settings, before = dialog.settings(), preferences.settings
        show(settings.window)
        stricter = settings.analysis.strictness != before.analysis.strictness
        language = settings.words.language
        kept = replace(settings, words=replace(settings.words, language=before.words.language))

        def store() -> Changes:
            preferences.update(kept)
            return to.program.words.change_language(language) if kept != settings else Changes()

        def stored(_: object) -> None:
            if stricter or settings.words != before.words:
                words.resuggest(to)

        to.runner.edit(store, stored, to.tell)

    dialog.accepted.connect(chosen)
    to.open(dialog)
    return dialog
