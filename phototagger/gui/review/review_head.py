"""What stands above and below the review of a photo: which photo it is, and the keywords in its file."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from phototagger.domain.writing import FileSays
from phototagger.gui.bridge.runner import JobRunner, Ticket
from phototagger.gui.bridge.services import Files, Library
from phototagger.gui.kit.theme import UNIT
from phototagger.gui.kit.widgets import flow_into, label, soft
from phototagger.gui.kit.wording import tr, worded
from phototagger.jobs.library import PhotoDetails


class ReviewHead(QWidget):
    """The photo's name, and in one line its folder, size, day and the files that belong to it; of several photos
    how many there are."""

    def __init__(self, library: Library, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._runner = runner
        self._photo: int | None = None
        self._reading = Ticket()
        self._facts: list[str] = []
        self._beside: list[str] = []
        self._title = label("", "heading", wrap=True)
        self._subtitle = label("", "muted", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT)
        column.addWidget(self._title)
        column.addWidget(self._subtitle)

    def await_photo(self, photo_id: int | None) -> None:
        """Another photo is shown (None: none, or several); its facts follow with ``show_photo``."""
        self._photo = photo_id
        self._facts, self._beside = [], []
        self._reading.forget()
        if photo_id is not None:
            # A raw beside its JPEG is not shown by itself, so the JPEG says that it has one. A photo that left the
            # catalog meanwhile has none.
            library = self._library
            self._reading = self._runner.call(
                lambda: library.files_beside(photo_id), self._show_beside, lambda _: self._show_beside([])
            )

    def show_photo(self, details: PhotoDetails) -> None:
        """The facts of the photo awaited have come."""
        photo = details.photo
        self._title.setText(photo.path.name)
        facts = [photo.path.parent.name]
        if photo.width and photo.height:
            facts.append(f"{photo.width} × {photo.height}")
        if photo.taken_at:
            facts.append(photo.taken_at[:10])
        self._facts = [worded(photo.failure.message)] if photo.failure is not None else facts
        self._tell()

    def show_many(self, chosen: int, reviewed: int) -> None:
        """``chosen`` photos are selected, of which the suggestions of the first ``reviewed`` are shown."""
        self._title.setText(tr("%n photo(s) selected", "", chosen))
        more = tr("Suggestions of the first %n photo(s) are shown.", "", reviewed)
        self._say(more if chosen > reviewed else "")

    def _show_beside(self, names: list[str]) -> None:
        self._beside = names
        self._tell()

    def _tell(self) -> None:
        if self._facts and self._photo is not None:
            with_it = [tr("with {beside}", beside=", ".join(self._beside))] if self._beside else []
            self._say(" · ".join(self._facts + with_it))

    def _say(self, text: str) -> None:
        self._subtitle.setText(text)
        self._subtitle.setVisible(bool(text))


class InFile(QWidget):
    """The keywords that are in the one selected photo's file now; hidden where there are none. ``values``
    gives what else the file says, by kind."""

    values = Signal(object)

    def __init__(self, files: Files, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._files = files
        self._runner = runner
        self._reading = Ticket()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT)
        column.addWidget(label(tr("In the file now"), "muted"))
        self._words = flow_into(column)
        self.hide()

    def read(self, photo_id: int) -> None:
        """Reads that photo's file again."""
        self._reading.forget()
        files = self._files
        # A failure is reported where it matters: in the problem list, and when writing.
        self._reading = self._runner.call(
            lambda: files.says(photo_id), self._arrived, lambda _: self._arrived(FileSays())
        )

    def clear(self) -> None:
        """None, or several photos are selected, or another one is to be read."""
        self._reading.forget()
        self._show(())

    def keywords(self) -> list[str]:
        """The keywords on show."""
        items = (self._words.itemAt(place) for place in range(self._words.count()))
        widgets = [item.widget() for item in items if item is not None]
        return [widget.text() for widget in widgets if isinstance(widget, QLabel)]

    def _arrived(self, says: FileSays) -> None:
        self._show(says.keywords)
        self.values.emit(says.values)

    def _show(self, words: tuple[str, ...]) -> None:
        self._words.clear()
        self.setVisible(bool(words))
        for word in words:
            self._words.addWidget(soft(word.replace("|", " › ")))
