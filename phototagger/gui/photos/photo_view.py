"""One photo, large, with the boxes of what was found drawn over it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from phototagger.domain.records import Region, RegionKind
from phototagger.gui.bridge.runner import JobRunner, Ticket
from phototagger.gui.bridge.services import Library, Viewing
from phototagger.gui.kit import icons
from phototagger.gui.kit.images import image_of
from phototagger.gui.kit.theme import UNIT, colours
from phototagger.gui.kit.widgets import label
from phototagger.gui.kit.wording import percent, plain_tip, sentence, tr
from phototagger.jobs.library import PhotoDetails

LONGEST_SIDE = 2560  # px; enough for a large screen, small enough to decode in a moment
ZOOM_MAX = 8.0
SCORE_SHOWN = 0.5  # less sure boxes are kept for measuring, and only confuse over a photo
LABEL_MOVES = 3  # times a label makes room for another before it is left out; hovering still tells


class PhotoCanvas(QWidget):
    """Paints the photo and its boxes; zooms and pans. Scale 1 of ``zoom`` is the photo fitted into the view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Photo"))
        self.regions: tuple[Region, ...] = ()
        self.shown_kinds: set[RegionKind] = {RegionKind.FACE, RegionKind.OBJECT}
        self.note = ""
        self._pixmap = QPixmap()
        self._zoom = 1.0
        self._offset = QPointF()
        self._held: QPointF | None = None
        self._hovered: Region | None = None
        self.setMouseTracking(True)

    def shown_regions(self) -> list[Region]:
        """The boxes on show, large ones first, so that small ones lie on top."""
        chosen = [
            one
            for one in self.regions
            if not one.held  # of an earlier version of the photo
            and one.kind in self.shown_kinds
            and (one.score >= SCORE_SHOWN or one.person is not None)
        ]
        return sorted(chosen, key=lambda one: -one.box.w * one.box.h)

    def set_pixmap(self, pixmap: QPixmap, keep_place: bool = False) -> None:
        self._pixmap = pixmap
        if not keep_place:
            self.fit()
        self.update()

    @property
    def zoom(self) -> float:
        return self._zoom

    def fit(self) -> None:
        """Shows the whole photo."""
        self._zoom, self._offset = 1.0, QPointF()
        self.unsetCursor()
        self.update()

    def set_zoom(self, zoom: float, about: QPointF | None = None) -> None:
        """Zooms so that the point ``about`` (of the widget) stays where it is."""
        zoom = min(ZOOM_MAX, max(1.0, zoom))
        about = about or QPointF(self.rect().center())
        middle = QPointF(self.rect().center())
        self._offset = about - middle - (about - middle - self._offset) * (zoom / self._zoom)
        self._zoom = zoom
        self._clamp()
        if zoom > 1.0:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.unsetCursor()
        self.update()

    def photo_rect(self) -> QRectF:
        """Where the photo lies in the widget; empty without one."""
        if self._pixmap.isNull():
            return QRectF()
        room = QSize(self.width() - 2 * UNIT, self.height() - 2 * UNIT)
        size = self._pixmap.size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio).toSizeF() * self._zoom
        rect = QRectF(QPointF(), size)
        rect.moveCenter(QRectF(self.rect()).center() + self._offset)
        return rect

    def box_rect(self, region: Region) -> QRectF:
        """Where a region's box lies in the widget."""
        photo, box = self.photo_rect(), region.box
        return QRectF(
            photo.x() + box.x * photo.width(),
            photo.y() + box.y * photo.height(),
            box.w * photo.width(),
            box.h * photo.height(),
        )

    def _clamp(self) -> None:
        rect = self.photo_rect()
        reach_x = max(0.0, (rect.width() - self.width()) / 2 + UNIT)
        reach_y = max(0.0, (rect.height() - self.height()) / 2 + UNIT)
        self._offset = QPointF(
            max(-reach_x, min(reach_x, self._offset.x())), max(-reach_y, min(reach_y, self._offset.y()))
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        look = colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(look.well))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._pixmap.isNull():
            painter.setPen(QColor(look.muted))
            frame = self.rect().adjusted(4 * UNIT, 4 * UNIT, -4 * UNIT, -4 * UNIT)
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.note)
            return
        painter.drawPixmap(self.photo_rect(), self._pixmap, QRectF(self._pixmap.rect()))
        taken: list[QRectF] = []
        shown = self.shown_regions()
        for region in shown:
            self._paint_box(painter, region)
        if self._hovered is not None and self._hovered in shown:
            self._paint_label(painter, self._hovered, taken)
        for region in sorted(shown, key=lambda one: (one.kind is not RegionKind.FACE, -one.score)):
            if region is not self._hovered:
                self._paint_label(painter, region, taken)

    def _colour(self, region: Region) -> QColor:
        look = colours()
        return QColor(look.face if region.kind is RegionKind.FACE else look.object)

    def _paint_box(self, painter: QPainter, region: Region) -> None:
        rect = self.box_rect(region)
        wide = 2 if region is self._hovered else 0
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(0, 0, 0, 110), 4 + wide))  # a dark edge, for light photos
        painter.drawRoundedRect(rect, 4, 4)
        painter.setPen(QPen(self._colour(region), 2 + wide))
        painter.drawRoundedRect(rect, 4, 4)

    def _paint_label(self, painter: QPainter, region: Region, taken: list[QRectF]) -> None:
        rect = self.box_rect(region)
        text = f"{self.region_text(region)} {percent(region.score)}"
        metrics = QFontMetricsF(painter.font())
        tag = QRectF(rect.x() - 1, rect.y() - metrics.height() - 4, metrics.horizontalAdvance(text) + 12, 0)
        tag.setHeight(metrics.height() + 4)
        if tag.top() < 0:
            tag.moveTop(rect.y())
        tag.moveLeft(max(0.0, min(tag.left(), self.width() - tag.width())))
        moves = 0
        while any(tag.intersects(other) for other in taken):
            tag.translate(0, tag.height() + 1)
            moves += 1
            if moves > LABEL_MOVES or tag.bottom() > self.height():
                return
        taken.append(QRectF(tag))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour(region))
        painter.drawRoundedRect(tag, 4, 4)
        painter.setPen(QColor("#10131a"))
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, text)

    def region_text(self, region: Region) -> str:
        """What stands on a box: the person, else the thing."""
        if region.person:
            return region.person
        return tr("face") if region.kind is RegionKind.FACE else region.name

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._clamp()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.set_zoom(self._zoom * 1.0015 ** event.angleDelta().y(), event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        if event.button() == Qt.MouseButton.LeftButton and self._zoom > 1.0:
            self._held = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def region_at(self, place: QPointF) -> Region | None:
        """The smallest box on show under this point of the widget."""
        under = [one for one in self.shown_regions() if self.box_rect(one).contains(place)]
        return under[-1] if under else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hovered = self.region_at(event.position())
        if hovered is not self._hovered:
            self._hovered = hovered
            self.update()
        if self._held is not None:
            self._offset += event.position() - self._held
            self._held = event.position()
            self._clamp()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            self._held = None
            self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._zoom > 1.0:
            self.fit()
        else:
            self.set_zoom(2.5, event.position())


class PhotoView(QWidget):
    """The canvas with its bar: back, name, boxes on and off, previous and next."""

    back = Signal()
    step_wanted = Signal(int)  # -1 or 1
    shown = Signal(int)  # a photo's pixels are on show

    def __init__(
        self, library: Library, viewing: Viewing, runner: JobRunner, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._viewing = viewing
        self._runner = runner
        self._photo_id: int | None = None
        self._tickets: list[Ticket] = []
        self.canvas = PhotoCanvas()
        self._title = label("", "heading")
        self._place = label("", "muted")
        self.faces = self._toggle("face", tr("Show faces"), RegionKind.FACE)
        self.objects = self._toggle("object", tr("Show objects"), RegionKind.OBJECT)
        bar = QHBoxLayout()
        bar.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        bar.setSpacing(UNIT)
        bar.addWidget(self._button("back", tr("Back to all photos (Esc)"), self.back.emit))
        bar.addWidget(self._title)
        bar.addWidget(self._place)
        bar.addStretch(1)
        bar.addWidget(self.faces)
        bar.addWidget(self.objects)
        previous, following = tr("Previous photo (Left)"), tr("Next photo (Right)")
        bar.addWidget(self._button("previous", previous, lambda: self.step_wanted.emit(-1)))
        bar.addWidget(self._button("next", following, lambda: self.step_wanted.emit(1)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.canvas, 1)
        self.setFocusProxy(self.canvas)

    def show_photo(self, photo_id: int, preview: QPixmap | None, place: str) -> None:
        """Shows this photo: ``preview`` at once, the photo itself when it is decoded."""
        for ticket in self._tickets:
            ticket.forget()
        self._tickets.clear()
        self._photo_id = photo_id
        self._place.setText(place)
        self.canvas.regions = ()
        self.canvas.note = tr("Loading…")
        self.canvas.set_pixmap(preview or QPixmap())
        self._read_details()
        viewing = self._viewing
        side = round(LONGEST_SIDE * max(1.0, self.devicePixelRatioF() / 2))

        def decoded(image: QImage) -> None:
            self.canvas.set_pixmap(QPixmap.fromImage(image), keep_place=self.canvas.zoom > 1.0)
            self.shown.emit(photo_id)

        def failed(error: Exception) -> None:
            self.canvas.note = sentence(error)
            self.canvas.set_pixmap(QPixmap())

        self._tickets.append(
            self._runner.look(lambda: image_of(viewing.photo(photo_id, side).pixels), decoded, failed)
        )

    def refresh(self, photo_ids: frozenset[int]) -> None:
        """The boxes are read again when the photo on show is among these."""
        if self._photo_id in photo_ids and self.isVisible():
            self._read_details()

    def _read_details(self) -> None:
        photo_id, library = self._photo_id, self._library
        if photo_id is None:
            return

        def arrived(found: list[PhotoDetails]) -> None:
            for details in found:  # none when the photo left the catalog meanwhile
                self._title.setText(details.photo.path.name + self._held_back(details))
                self.canvas.regions = tuple(details.regions)
                self.canvas.update()

        self._tickets.append(self._runner.call(lambda: library.details_of([photo_id]), arrived))

    def _held_back(self, details: PhotoDetails) -> str:
        """Whose boxes are not shown nor written, to stand behind the photo's name."""
        names = [one.person or one.name for one in details.regions if one.held]
        if not names:
            return ""
        text = tr(
            "held back, for the photo was changed and they were not found again: {names}",
            names=list(dict.fromkeys(names)),
        )
        return f" · {text}"

    def _toggle(self, icon: str, text: str, kind: RegionKind) -> QToolButton:
        button = self._button(icon, text, lambda: None)
        button.setCheckable(True)
        button.setChecked(True)

        def toggled(on: bool) -> None:
            (self.canvas.shown_kinds.add if on else self.canvas.shown_kinds.discard)(kind)
            self.canvas.update()

        button.toggled.connect(toggled)
        return button

    def _button(self, icon: str, text: str, action: object) -> QToolButton:
        button = QToolButton()
        icons.set_icon(button, icon)
        button.setToolTip(plain_tip(text))
        button.setAccessibleName(text)
        button.clicked.connect(action)
        return button

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.back.emit()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_PageUp):
            self.step_wanted.emit(-1)
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_PageDown):
            self.step_wanted.emit(1)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.canvas.set_zoom(self.canvas.zoom * 1.25)
        elif key == Qt.Key.Key_Minus:
            self.canvas.set_zoom(self.canvas.zoom / 1.25)
        elif key == Qt.Key.Key_0:
            self.canvas.fit()
        else:
            super().keyPressEvent(event)
