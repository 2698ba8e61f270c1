"""The settings, every one of them with a label and a sentence."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from phototagger.gui.flow import label
from phototagger.gui.photo_grid import SIDES
from phototagger.gui.theme import UNIT
from phototagger.gui.words_page import LanguagesField, fill_words
from phototagger.settings import (
    AnalysisSettings,
    Settings,
    UpdateSettings,
    WindowSettings,
    WordSettings,
    WriteSettings,
    can_read_text,
)


class SettingsDialog(QDialog):
    """Edits a copy; ``settings()`` is what the person chose. Each field's widget is named ``section.field``."""

    def __init__(
        self, settings: Settings, analysing: bool, parent: QWidget | None = None, writing: bool = False
    ) -> None:
        super().__init__(parent)
        self._before = settings
        self.setWindowTitle(self.tr("Settings"))
        self.setMinimumWidth(560)
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.addTab(self._analysis_page(settings.analysis, analysing), self.tr("Analysis"))
        tabs.addTab(self._words_page(settings.words, analysing), self.tr("Keywords"))
        tabs.addTab(self._write_page(settings.write, writing), self.tr("Writing"))
        tabs.addTab(self._window_page(settings.window, settings.updates), self.tr("Window"))
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.button(QDialogButtonBox.StandardButton.Ok).setProperty("primary", True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, 2 * UNIT)
        column.setSpacing(2 * UNIT)
        column.addWidget(tabs, 1)
        column.addWidget(buttons)
        for form in self.findChildren(QFormLayout):
            for row in range(form.rowCount()):
                item = form.itemAt(row, QFormLayout.ItemRole.LabelRole)
                beside = item.widget() if item is not None else None
                if beside is not None:
                    beside.setContentsMargins(0, 3, 0, 3)  # else Qt sets it too high for its field

    # --- pages ----------------------------------------------------------------------------------------------

    def _analysis_page(self, now: AnalysisSettings, analysing: bool) -> QWidget:
        page, form = _page()
        if analysing:
            text = self.tr("An analysis is running. Stop it, or wait for it, to change these.")
            form.addRow(label(text, "muted", wrap=True))
        devices = {
            "auto": self.tr("Automatic (the fastest there is)"),
            "cpu": self.tr("Processor (CPU)"),
            "cuda": self.tr("NVIDIA graphics card (CUDA)"),
            "mps": self.tr("Apple graphics (MPS)"),
            "xpu": self.tr("Intel graphics (XPU)"),
        }
        strictness = {
            "strict": self.tr("Strict: fewer suggestions, almost all right"),
            "normal": self.tr("Normal"),
            "eager": self.tr("Eager: more suggestions, more of them wrong"),
        }
        rows: list[tuple[str, QWidget]] = [
            (self.tr("Runs on"), self._choice("analysis.device", devices, now.device)),
            (self.tr("Suggestions"), self._choice("analysis.strictness", strictness, now.strictness)),
            ("", self._tick("analysis.objects", self.tr("Find objects, with boxes"), now.objects)),
            ("", self._tick("analysis.faces", self.tr("Find faces, with boxes"), now.faces)),
            ("", self._text_tick(now.text)),
            (self.tr("Photos at once"), self._number("analysis.batch", now.batch, 1, 512, "")),
            (
                self.tr("Largest photo"),
                self._number("analysis.pixel_limit_megapixels", now.pixel_limit_megapixels, 1, 10_000, " MP"),
            ),
        ]
        for text, widget in rows:
            widget.setEnabled(widget.isEnabled() and not analysing)
            form.addRow(text, widget)
        note = self.tr("Changes count for photos that are analysed from now on.")
        form.addRow(label(note, "muted", wrap=True))
        return page

    def _text_tick(self, now: bool) -> QCheckBox:
        """Off and out of reach where nothing is installed that reads text."""
        box = self._tick("analysis.text", self.tr("Read text in photos, to find them by it (slow)"), now)
        if not (now or can_read_text()):
            box.setEnabled(False)
            box.setToolTip(self.tr("Needs one more package: pip install 'phototagger[text]'"))
        return box

    def _words_page(self, now: WordSettings, analysing: bool) -> QWidget:
        page, form = _page()
        fill_words(form, now, self._tick, free=not analysing)
        return page

    def _write_page(self, now: WriteSettings, writing: bool) -> QWidget:
        page, form = _page()
        if writing:
            text = self.tr("Files are being written. Stop that, or wait for it, to change these.")
            form.addRow(label(text, "muted", wrap=True))
        presets = {
            "all": self.tr("All programs"),
            "lightroom": self.tr("Lightroom"),
            "digikam": self.tr("digiKam"),
            "darktable": self.tr("darktable"),
            "windows": self.tr("Windows"),
            "immich": self.tr("Immich"),
            "apple": self.tr("Apple Photos"),
        }
        names = {
            "full": self.tr("IMG.CR2.xmp (darktable, digiKam, Immich)"),
            "adobe": self.tr("IMG.xmp for raw photos (Lightroom)"),
        }
        formats = self.tr("None; for example PNG HEIC")
        embeds = self.tr("None; DNG or GIF")
        rows: list[tuple[str, QWidget]] = [
            (self.tr("For"), self._choice("write.preset", presets, now.preset)),
            (self.tr("New sidecars"), self._choice("write.sidecar_names", names, now.sidecar_names)),
            (
                self.tr("Beside the photo"),
                self._text("write.sidecar_formats", self.tr("Formats"), now.sidecar_formats, formats),
            ),
            (
                self.tr("Into the photo"),
                self._text("write.embed_formats", self.tr("Formats"), now.embed_formats, embeds),
            ),
        ]
        for text, widget in rows:
            widget.setEnabled(not writing)
            form.addRow(text, widget)
        ticks = (
            ("write.faces", self.tr("Write the boxes and names of people"), now.faces),
            ("write.objects", self.tr("Write the boxes of objects (IPTC image regions)"), now.objects),
            (
                "write.hierarchy",
                self.tr("Write the keyword tree too (Lightroom, digiKam, darktable)"),
                now.hierarchy,
            ),
            (
                "write.parents_too",
                self.tr("Write parent words too (animal and dog with golden retriever)"),
                now.parents_too,
            ),
            (
                "write.iptc_always",
                self.tr("Write IPTC keywords even where a file has none yet"),
                now.iptc_always,
            ),
            (
                "write.keep_modified_time",
                self.tr("Keep the time of the last change of each file"),
                now.keep_modified_time,
            ),
            ("write.agreed", self.tr("phototagger may write into my photo files"), now.agreed),
        )
        for name, text, on in ticks:
            tick = self._tick(name, text, on)
            tick.setEnabled(not writing)
            form.addRow("", tick)
        field = self._text("write.exiftool", "exiftool", now.exiftool, self.tr("Found by itself"))
        field.setEnabled(not writing)
        form.addRow(self.tr("exiftool"), field)
        return page

    def _window_page(self, now: WindowSettings, updates: UpdateSettings) -> QWidget:
        page, form = _page()
        themes = {
            "system": self.tr("As the system"),
            "light": self.tr("Light"),
            "dark": self.tr("Dark"),
        }
        form.addRow(self.tr("Look"), self._choice("window.theme", themes, now.theme))
        form.addRow(
            self.tr("Thumbnails"),
            self._number("window.thumbnail_side", now.thumbnail_side, SIDES[0], SIDES[-1], " px"),
        )
        text = self.tr("Look for a newer version when the window opens")
        form.addRow("", self._tick("updates.check", text, updates.check))
        nowhere = self.tr("https://… where newer versions are published")
        spoken = self.tr("Address")
        form.addRow(spoken, self._text("updates.address", spoken, updates.address, nowhere))
        return page

    # --- fields ---------------------------------------------------------------------------------------------

    def _choice(self, name: str, texts: dict[str, str], now: str) -> QComboBox:
        box = QComboBox()
        box.setObjectName(name)
        for value, text in texts.items():
            box.addItem(text, value)
        box.setCurrentIndex(max(0, box.findData(now)))
        return box

    def _text(self, name: str, spoken: str, now: str, empty: str) -> QLineEdit:
        field = QLineEdit(now)
        field.setObjectName(name)
        field.setPlaceholderText(empty)
        field.setAccessibleName(spoken)
        return field

    def _tick(self, name: str, text: str, now: bool) -> QCheckBox:
        box = QCheckBox(text)
        box.setObjectName(name)
        box.setChecked(now)
        return box

    def _number(self, name: str, now: int, least: int, most: int, unit: str) -> QSpinBox:
        box = QSpinBox()
        box.setObjectName(name)
        box.setRange(least, most)
        box.setSuffix(unit)
        box.setValue(now)
        box.setMaximumWidth(160)
        box.lineEdit().setTextMargins(UNIT - 1, 0, 0, 0)  # Fusion takes no padding of a style sheet here
        return box

    def _value(self, name: str) -> str | int | bool:
        widget = self.findChild(QWidget, name)
        if isinstance(widget, QComboBox):
            return str(widget.currentData())
        if isinstance(widget, QCheckBox):
            return widget.isChecked()
        if isinstance(widget, QSpinBox):
            return widget.value()
        if isinstance(widget, LanguagesField):
            return widget.text()
        if isinstance(widget, QLineEdit):
            return widget.text().strip()
        raise KeyError(name)

    def label_of(self, name: str) -> str:
        """The words a field is known by: its own text, or the label beside it."""
        widget = self.findChild(QWidget, name)
        if isinstance(widget, QCheckBox):
            return widget.text()
        forms = self.findChildren(QFormLayout)
        beside = [form.labelForField(widget) for form in forms] if widget is not None else []
        return next((one.text() for one in beside if isinstance(one, QLabel)), "")

    def settings(self) -> Settings:
        """What is chosen now; what the dialog does not know stays as it was."""
        before = self._before
        return replace(
            before,
            analysis=replace(before.analysis, **self._section("analysis", AnalysisSettings)),
            words=replace(before.words, **self._section("words", WordSettings)),
            write=replace(before.write, **self._section("write", WriteSettings)),
            window=replace(before.window, **self._section("window", WindowSettings)),
            updates=replace(
                before.updates,
                check=bool(self._value("updates.check")),
                address=str(self._value("updates.address")),
            ),
        )

    def _section(self, section: str, record: type) -> dict[str, Any]:
        names = [entry.name for entry in fields(record)]
        return {name: self._value(f"{section}.{name}") for name in names}


def _page() -> tuple[QWidget, QFormLayout]:
    page = QWidget()
    form = QFormLayout(page)
    form.setContentsMargins(UNIT, 2 * UNIT, UNIT, UNIT)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    form.setHorizontalSpacing(2 * UNIT)
    form.setVerticalSpacing(UNIT + UNIT // 2)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
    return page, form
