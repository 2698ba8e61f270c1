"""The list of cards: groups or faces, as many as there are, and which of them are selected."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QItemSelectionRange, Qt
from PySide6.QtGui import QRegion
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from phototagger.gui.kit.cells import spans
from phototagger.gui.kit.wording import tr
from phototagger.gui.people.people_cards import CardDelegate, CardModel


class CardList(QListView):
    """Cards in rows that share the width out evenly."""

    def __init__(self, model: CardModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards = model
        self._delegate = CardDelegate(self)
        self.setProperty("well", True)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setViewMode(QListView.ViewMode.ListMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("People"))

    def fit(self, width: int) -> None:
        """Makes the cells so wide that a row ends where the list, ``width`` pixels wide, ends."""
        least = CardDelegate().cell_width
        width = max(least, width - self.verticalScrollBar().sizeHint().width() - 4)
        self._delegate.cell_width = width // (width // least)
        self.setGridSize(self._delegate.cell_size(self.fontMetrics()))

    def chosen_places(self) -> list[int]:
        """Which cards are selected, in order."""
        chosen = self.selectionModel().selection()
        parts = sorted((chosen.at(at).top(), chosen.at(at).bottom()) for at in range(chosen.count()))
        count = self._cards.rowCount()
        return [row for top, bottom in parts for row in range(top, bottom + 1) if row < count]

    def chosen_keys(self) -> list[int]:
        """The keys of the selected cards."""
        keys = self._cards.cards().keys
        return [keys[row] for row in self.chosen_places()]

    def choose(self, rows: set[int], row_before: int) -> None:
        """Selects these cards; where there are none, the one that took their place, so that keys go on."""
        count = self._cards.rowCount()
        if not count:
            return
        model = self.selectionModel()
        places = sorted(rows) or [min(max(row_before, 0), count - 1)]
        chosen = QItemSelection()
        for first, last in spans(places):
            chosen.append(QItemSelectionRange(self._cards.index(first), self._cards.index(last)))
        model.setCurrentIndex(self._cards.index(places[0]), QItemSelectionModel.SelectionFlag.NoUpdate)
        model.select(chosen, QItemSelectionModel.SelectionFlag.Select)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """The whole viewport: Qt's own answer walks every selected card."""
        return QRegion(self.viewport().rect())
