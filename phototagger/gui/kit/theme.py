"""Colours and the small style sheet: one accent, calm surfaces, an 8 px grid, light and dark."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from phototagger.settings.locations import resources_folder

UNIT = 8  # px: every margin and gap is a multiple or a half of it


@dataclass(frozen=True, slots=True)
class Colours:
    """One look. Every text colour has a contrast of at least 4.5 to 1 on the surfaces it stands on."""

    window: str
    surface: str  # lists, cards, fields
    well: str  # behind the grid and the big photo
    border: str
    text: str
    muted: str
    faint: str  # what rests: at least 3 to 1, to be recognised though it cannot be used
    accent: str
    on_accent: str
    tint: str  # accent-coloured background of a selected thing
    added: str
    added_tint: str
    removed: str
    removed_tint: str
    warning: str
    warning_tint: str
    face: str  # boxes over the big photo
    object: str


LIGHT = Colours(
    window="#f5f6f8",
    surface="#ffffff",
    well="#eceef1",
    border="#d5d9e0",
    text="#1b1f24",
    muted="#57606c",
    faint="#7d8590",
    accent="#2f62d9",
    on_accent="#ffffff",
    tint="#dde7fd",
    added="#17703c",
    added_tint="#e0f3e7",
    removed="#b3261e",
    removed_tint="#fce6e4",
    warning="#8a5300",
    warning_tint="#fdf0d5",
    face="#ffb020",
    object="#39c5ff",
)
DARK = Colours(
    window="#1d1f23",
    surface="#26292e",
    well="#17191c",
    border="#3b4048",
    text="#e8eaed",
    muted="#a2abb7",
    faint="#727b87",
    accent="#8ab0ff",
    on_accent="#0d1830",
    tint="#2b3a5c",
    added="#7ddba0",
    added_tint="#1f3a2a",
    removed="#ff9d96",
    removed_tint="#47282a",
    warning="#f4c069",
    warning_tint="#42351c",
    face="#ffb020",
    object="#39c5ff",
)

_current = LIGHT


def colours() -> Colours:
    """The look in use."""
    return _current


def wants_dark(theme: str) -> bool:
    """Whether the setting ``theme`` (system, light, dark) means dark now."""
    if theme == "system":
        return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return theme == "dark"


def apply(app: QApplication, theme: str) -> Colours:
    """Gives the whole program the look that ``theme`` asks for, and returns it."""
    global _current
    _current = DARK if wants_dark(theme) else LIGHT
    if app.style().objectName() != "fusion":
        app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(_palette(_current))
    app.setStyleSheet(_sheet(_current))
    return _current


def _palette(look: Colours) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for where, colour in (
        (role.Window, look.window),
        (role.WindowText, look.text),
        (role.Base, look.surface),
        (role.AlternateBase, look.window),
        (role.Text, look.text),
        (role.Button, look.surface),
        (role.ButtonText, look.text),
        (role.BrightText, look.removed),
        (role.Highlight, look.accent),
        (role.HighlightedText, look.on_accent),
        (role.ToolTipBase, look.surface),
        (role.ToolTipText, look.text),
        (role.PlaceholderText, look.muted),
        (role.Link, look.accent),
        (role.Light, look.surface),
        (role.Midlight, look.border),
        (role.Mid, look.border),
        (role.Dark, look.border),
        (role.Shadow, look.border),
    ):
        palette.setColor(where, QColor(colour))
    for where in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, QColor(look.faint))
    return palette


def _sheet(look: Colours) -> str:
    values = {name: getattr(look, name) for name in Colours.__slots__}
    text = _SHEET.replace("%icons", (resources_folder() / "icons").as_posix())
    text = text.replace("%tick", "tick-white" if look is LIGHT else "tick-dark")
    for name, value in sorted(values.items(), key=lambda item: -len(item[0])):
        text = text.replace(f"@{name}", value)
    return text


_SHEET = """
QMainWindow::separator { background: @border; width: 1px; height: 1px; }
QToolBar { background: @window; border: none; border-bottom: 1px solid @border; padding: 8px; spacing: 8px; }
QToolBar QToolButton { padding: 6px 8px; }
QToolButton { border: 1px solid transparent; border-radius: 6px; padding: 4px; }
QToolButton:hover { background: @well; }
QToolButton:pressed, QToolButton:checked { background: @tint; }
QToolButton:focus { border-color: @accent; }
QToolButton[primary="true"]:enabled { background: @accent; color: @on_accent; }
QToolButton[primary="true"]:enabled:focus { border: 2px solid @text; padding: 5px 7px; }
QPushButton { background: @surface; border: 1px solid @border; border-radius: 6px; padding: 6px 16px;
  outline: none; }
QPushButton:hover { border-color: @muted; }
QPushButton:pressed { background: @well; }
QPushButton:focus { border: 1px solid @accent; }
QPushButton:disabled { color: @muted; background: @window; }
QPushButton[primary="true"] { background: @accent; color: @on_accent; border-color: @accent; font-weight: 600; }
QPushButton[primary="true"]:focus { border: 2px solid @text; padding: 5px 15px; }
QPushButton[primary="true"]:disabled { background: @window; color: @muted; border-color: @border; }
QPushButton[segment="true"] { border-radius: 11px; padding: 4px 9px; background: transparent;
  border-color: transparent; color: @muted; }
QPushButton[segment="true"]:hover { background: @well; }
QPushButton[segment="true"]:checked { background: @tint; color: @text; }
QPushButton[segment="true"]:focus { border-color: @accent; }
QLineEdit, QPlainTextEdit { background: @surface; border: 1px solid @border; border-radius: 6px; padding: 5px 8px;
  selection-background-color: @accent; selection-color: @on_accent; }
QLineEdit:focus, QPlainTextEdit:focus { border-color: @accent; }
QLineEdit:disabled { color: @muted; background: @window; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QFrame[card="true"] { background: @surface; border: 1px solid @border; border-radius: 8px; }
QFrame[line="true"] { background: @border; border: none; max-height: 1px; }
QLabel[role="muted"] { color: @muted; }
QLabel[soft="true"] { color: @muted; border: 1px solid @border; border-radius: 10px; padding: 2px 8px 3px 8px; }
QLabel[role="wrong"] { color: @removed; }
QLabel[role="heading"] { font-weight: 600; }
QLabel[role="title"] { font-size: 20px; font-weight: 600; }
QListView, QTreeView { background: @surface; border: 1px solid @border; border-radius: 8px; outline: none; }
QListView:focus, QTreeView:focus { border-color: @accent; }
QListView[well="true"] { background: @well; border: none; border-radius: 0; }
QTreeView[headed="true"] { border-radius: 0; }
QListView[plain="true"], QTreeView[plain="true"] { background: transparent; border: 1px solid transparent;
  border-radius: 6px; }
QListView[plain="true"]:focus, QTreeView[plain="true"]:focus { border-color: @accent; }
QListView::item:selected { background: @tint; color: @text; }
QListView::item:hover:!selected { background: @well; }
QTreeView::item { padding: 4px 0; border: none; }
QTreeView[flat="true"]::item { padding: 4px 8px; }
QTreeView::item:selected { background: @tint; color: @text; }
QTreeView::item:hover:!selected { background: @well; }
QTreeView[flat="true"] QHeaderView::section { padding: 6px 11px; }
QHeaderView::section { background: @window; color: @muted; border: none; border-bottom: 1px solid @border;
  padding: 6px 8px; }
QTabBar::tab { padding: 8px 12px; border: none; border-bottom: 2px solid transparent; color: @muted;
  background: transparent; }
QTabBar::tab:selected { color: @text; border-bottom-color: @accent; }
QTabBar::tab:focus { color: @accent; }
QTabBar { qproperty-drawBase: 0; outline: none; }
QStatusBar { background: @window; border-top: 1px solid @border; }
QStatusBar::item { border: none; }
QProgressBar { background: @well; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
QCheckBox, QRadioButton { spacing: 8px; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid @muted; border-radius: 4px;
  background: @surface; }
QCheckBox::indicator:checked { border-color: @accent; background: @accent; image: url("%icons/%tick.svg"); }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: @border; }
QCheckBox::indicator:checked:disabled { background: @border; }
QCheckBox:focus, QRadioButton:focus { color: @accent; }
QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid @muted; border-radius: 8px;
  background: @surface; }
QRadioButton::indicator:checked { width: 6px; height: 6px; border: 5px solid @accent; }
QComboBox, QSpinBox { background: @surface; border: 1px solid @border; border-radius: 6px; padding: 5px 8px;
  min-height: 16px; selection-background-color: @accent; selection-color: @on_accent; }
QComboBox:focus, QSpinBox:focus { border-color: @accent; }
QComboBox:disabled, QSpinBox:disabled { color: @muted; background: @window; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url("%icons/chevron-down.svg"); width: 16px; height: 16px; }
QComboBox QAbstractItemView { background: @surface; border: 1px solid @border; border-radius: 0; }
QSpinBox QLineEdit { border: none; padding: 0; background: transparent; }
QSpinBox::up-button, QSpinBox::down-button { border: none; background: transparent; width: 20px; }
QSpinBox::up-arrow { image: url("%icons/chevron-up.svg"); width: 12px; height: 12px; }
QSpinBox::down-arrow { image: url("%icons/chevron-down.svg"); width: 12px; height: 12px; }
QToolTip { background: @surface; color: @text; border: 1px solid @border; padding: 4px; }
QMenu { background: @surface; border: 1px solid @border; padding: 4px; }
QMenu::item { padding: 6px 24px; border-radius: 4px; }
QMenu::icon { padding-left: 12px; }
QMenu::item:selected { background: @tint; color: @text; }
QMenu::item:disabled { color: @muted; }
QMenu::separator { height: 1px; background: @border; margin: 4px 8px; }
QMenuBar { background: @window; padding: 2px 4px; }
QMenuBar::item { padding: 4px 8px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: @tint; color: @text; }
QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 12px; }
QScrollBar:horizontal { height: 12px; }
QScrollBar::handle { background: @border; border-radius: 4px; margin: 2px; min-height: 32px; min-width: 32px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: none;
  border: none; width: 0; height: 0; }
"""
