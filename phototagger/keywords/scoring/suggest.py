"""From what the networks found to keywords worth a person's look. Pure: no file is opened after the start."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path

from phototagger.domain.errors import SettingsError
from phototagger.domain.findings import FaceFinding, Findings, ObjectFinding, PhotoFacts, Task
from phototagger.domain.records import Box, keyword_leaf, keyword_lineage, keyword_parents
from phototagger.domain.sentences import said
from phototagger.keywords.scoring.calibration import (
    COMPANY_LEAST,
    LEAST_AT_NORMAL,
    STRICTNESS_SHIFT,
    SURE_BOX,
    SURE_FACE,
    BoxContext,
    box_probability,
    calibrated,
    class_probability,
    least_score,
    person_probability,
    worths_of,
)
from phototagger.keywords.tree.vocabulary import Node, Vocabulary
from phototagger.specs.labels import labels_of
from phototagger.specs.spec import ROLES, NetworkSpec

# Keywords that come from faces, not from a network's vocabulary; they stand in the keyword list too.
PERSON = "person"
PORTRAIT = "person|portrait"
GROUP = "person|group"
CROWD = "person|crowd"
TWO = "person|two people"
FACE_WORDS = frozenset({PERSON, PORTRAIT, GROUP, CROWD, TWO})
GROUP_FACES = (
    3  # at least so many are there whenever so many are found: 24 of 24 open photos with counted faces
)
CROWD_FACES = 10
# People seen from behind or far away have boxes but no faces to find: at least three people in 13 of 13 open photos
# that have fewer faces than a group (4 of 4 of the half that this was chosen on, 9 of 9 of the other).
GROUP_BOXES = 4
GROUP_BOX_SCORE = 0.9
# Who is in one group is at one distance: a player and the spectators behind are none. Of the open photos with a
# list of wanted words, this keeps all 13 groups that somebody would want said and 3 of 4 that nobody would mind,
# and drops 5 of 8 others.
GROUP_FACE_ALIKE, GROUP_BOX_ALIKE = 0.4, 0.5  # of the tallest
BODY_IN_FACES = 14.0  # a standing person is some eight faces high
PORTRAIT_FACE_HEIGHT = 0.2  # of the photo's height: a head-and-shoulders photo, not a figure in a landscape

# Two faces, two boxes of people, and no doubtful face: exactly two people in 13 of 14 open photos. Other things are
# not counted: of the open photos with two or three boxes of an animal or a vehicle, half had as many.
TWO_FACE_DOUBT = 0.4
TWO_BOX_LEAST = 0.45
TWO_SCORE = 0.9

# Raw score from which a box is kept. On the open COCO photos with ground truth the boxes kept were right
# (IoU 0.5) in 85 %, 78 % and 69 % of the cases.
OBJECT_BOX_LEAST = {"strict": 0.45, "normal": SURE_BOX, "eager": 0.35}
OBJECT_PROBABILITY_LEAST = {"strict": 0.5, "normal": 0.4, "eager": 0.3}  # that its label is right
RIVAL_LABEL_IOU = 0.7

# A narrower word is offered where it is likely itself, or else what it is a kind of: where that has a sure box, the
# classifier, which knows few kinds of buses, must be so sure of this one; else its share of the wider one's classes
# must be so large. Of the shares and bounds tried on the open photos (keyword precision 0.927 and recall 0.794
# without), these give 0.936 and 0.783.
BOXED_LEAST = 0.55  # raw probability
SHARE_LEAST = 0.5

# A person must never be called an ape. With a person in the photo, these branches count only when the
# classifier is this sure of them (its raw probability), and else add nothing to "animal" either.
GUARDED_BRANCHES = ("animal|ape", "animal|monkey")
GUARDED_LEAST = 0.9
PERSON_LABEL = ROLES["person"]
OBJECT_LABELS = "coco:"  # what labels of boxes begin with
PERSON_LEAST = 0.3  # raw score of a person's box that is enough to be careful

# The face of a dog, a doll or on a pack of nappies is no person's: a face counts only inside a box that may well be
# one's. Of the open photos with a sure face 10 have none, and none of those shows a person.
ANIMAL = "animal"
# With so sure a box of a toy animal, what the classifier takes for an animal needs a box of one.
TOY_LABEL, TOY_LEAST = "coco:88", 0.5


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Least calibrated scores at normal strictness. ``leaf``: a class without narrower ones; ``inner``: a sum of
    classes; ``object``: the best box of a label; ``face``: a face. A keyword's own threshold in the list wins
    over ``leaf`` and ``inner``."""

    leaf: float = LEAST_AT_NORMAL
    inner: float = LEAST_AT_NORMAL
    object: float = LEAST_AT_NORMAL
    face: float = SURE_FACE


@dataclass(frozen=True, slots=True)
class NewSuggestion:
    """A keyword proposed for a photo, not yet in the catalog. ``label`` is the keyword's stable id, ``score`` a
    probability 0..1, ``network`` the name and revision of the network that was surest."""

    keyword: str
    label: str
    score: float
    network: str


_Sure = tuple[ObjectFinding, float]  # with how likely its label is right


class Suggester:
    """Turns findings into suggestions with one vocabulary and one strictness.

    Keywords in ``hidden`` and below them are never suggested; what stands above them still is. ``networks``: those
    beside the ones that ship, whose labels become keywords, too.

    Raises ModelError when the vocabulary cannot be read, SettingsError for an unknown strictness.
    """

    def __init__(
        self,
        vocabulary_folder: Path,
        strictness: str = "normal",
        thresholds: Thresholds | None = None,
        hidden: Collection[str] = (),
        networks: Sequence[NetworkSpec] = (),
    ) -> None:
        if strictness not in STRICTNESS_SHIFT:
            raise SettingsError(
                said(
                    "{strictness} is no strictness; use one of {strictness_shift}.",
                    strictness=repr(strictness),
                    strictness_shift=", ".join(STRICTNESS_SHIFT),
                )
            )
        labels = [label for spec in networks for label in labels_of(spec)]
        self.vocabulary = Vocabulary.load(vocabulary_folder).knowing(labels)
        self.worths = worths_of(networks)
        self.strictness = strictness
        self._hidden = frozenset(hidden)
        self._base = thresholds or Thresholds()

    def hiding(self, hidden: Collection[str]) -> Suggester:
        """The same with other hidden keywords; the vocabulary is shared."""
        other = copy(self)
        other._hidden = frozenset(hidden)
        return other

    def object_name(self, label: str) -> str:
        """The everyday word of an object's label (``dog`` for ``coco:18``); the label itself if unknown."""
        node = self.vocabulary.of_label(label)
        return node.name if node else label

    def sure_objects(self, findings: Findings) -> tuple[ObjectFinding, ...]:
        """The object boxes worth showing, surest first, under everyday names: scores over the strictness's own
        least, and one label to a box (of two labels on the same place the surer)."""
        return tuple(found for found, _ in self._sure(findings))

    def _sure(self, findings: Findings) -> list[_Sure]:
        """Those with how likely their labels are right."""
        kept: list[_Sure] = []
        least = OBJECT_BOX_LEAST[self.strictness]
        likely = OBJECT_PROBABILITY_LEAST[self.strictness]
        boxes = [found for found in findings.objects if found.score >= least]
        likelihoods = zip(boxes, self._box_probabilities(findings, boxes), strict=True)
        for found, probability in sorted(likelihoods, key=lambda pair: -pair[0].score):
            if probability >= likely and not any(_same_place(found, better) for better, _ in kept):
                kept.append((replace(found, name=self.object_name(found.label)), probability))
        return kept

    def _box_probabilities(self, findings: Findings, boxes: Sequence[ObjectFinding]) -> list[float]:
        """For each of these boxes of ``findings``, how likely its label is right."""
        network = findings.networks.get(Task.OBJECTS, "")
        if not findings.labels:
            return [calibrated(found.score, network, self.worths) for found in boxes]
        return [
            person_probability(found.score, network, self.worths)
            if found.label == PERSON_LABEL
            else box_probability(found.score, context, network, self.worths)
            for found, context in zip(boxes, self.box_contexts(findings, boxes), strict=True)
        ]

    def box_contexts(self, findings: Findings, boxes: Sequence[ObjectFinding]) -> list[BoxContext]:
        """For each of these boxes of ``findings``, what the rest of the photo says about it."""
        scores = self.keyword_scores(findings) if boxes else {}
        labels = {found.label for found in boxes}
        seen = {label: (self._trace(label, scores), self._rival(label, findings)) for label in labels}
        company = sum(found.score >= COMPANY_LEAST for found in findings.objects)
        return [BoxContext(*seen[found.label], found.box.w * found.box.h, company) for found in boxes]

    def _rival(self, label: str, findings: Findings) -> float:
        """The classifier's surest class that is neither the label's keyword nor a narrower one."""
        node = self._node(label)
        for entry in findings.labels:
            other = self._node(entry.label)
            if node is not None and other is not None and node.keyword not in keyword_lineage(other.keyword):
                return entry.score
        return 0.0

    def _trace(self, label: str, scores: dict[str, float]) -> float:
        node = self._node(label)
        return scores.get(node.keyword, 0.0) if node else 1.0

    def suggest(self, findings: Findings, facts: PhotoFacts | None = None) -> list[NewSuggestion]:
        """The keywords for one photo, surest first, none the ancestor of another, each at most once."""
        best: dict[str, NewSuggestion] = {}
        sure = self._sure(findings)
        for found in (
            *self._from_labels(findings, sure),
            *self._from_objects(findings, sure),
            *self._from_faces(findings),
        ):
            if not self._hidden.isdisjoint(keyword_lineage(found.keyword)):
                continue
            known = best.get(found.keyword)
            if known is None or found.score > known.score:
                best[found.keyword] = found
        covered = {parent for keyword in best for parent in keyword_parents(keyword)}
        kept = [found for keyword, found in best.items() if keyword not in covered]
        return sorted(kept, key=lambda found: (-found.score, found.keyword))

    def keyword_scores(self, findings: Findings) -> dict[str, float]:
        """Raw probability of every keyword the classifier touches: its own and its narrower classes, summed."""
        sums: dict[str, float] = {}
        classes = [(node, entry.score) for entry in findings.labels if (node := self._node(entry.label))]
        guarded = sum(score for node, score in classes if _is_guarded(node))
        skip = guarded < GUARDED_LEAST and _has_person(findings)
        for node, score in classes:
            if not (skip and _is_guarded(node)):
                for keyword in keyword_lineage(node.keyword):
                    sums[keyword] = sums.get(keyword, 0.0) + score
        return {keyword: min(score, 1.0) for keyword, score in sums.items()}

    def every_score(self, findings: Findings) -> dict[str, float]:
        """Calibrated probability of every keyword with any trace in the photo, whatever the thresholds: of its
        classes summed, or of the best box of it or of a narrower keyword."""
        scores = self._class_probabilities(findings, self.keyword_scores(findings))
        for found, probability in zip(
            findings.objects, self._box_probabilities(findings, findings.objects), strict=True
        ):
            node = self._node(found.label)
            for keyword in keyword_lineage(node.keyword) if node else ():
                scores[keyword] = max(scores.get(keyword, 0.0), probability)
        return scores

    def _class_probabilities(self, findings: Findings, scores: Mapping[str, float]) -> dict[str, float]:
        """Of these raw sums of classes of a photo, how likely each keyword is right."""
        network = findings.networks.get(Task.CLASSIFY, "")
        if Task.OBJECTS not in findings.networks:
            return {keyword: calibrated(raw, network, self.worths) for keyword, raw in scores.items()}
        inner = self.vocabulary.is_inner
        boxes = self.telling_boxes(findings, scores)
        return {
            keyword: class_probability(raw, boxes[keyword], network, self.worths, inner=inner(keyword))
            for keyword, raw in scores.items()
        }

    def telling_boxes(self, findings: Findings, keywords: Iterable[str]) -> dict[str, float | None]:
        """Of each keyword the raw score of the best box of it, of a kind of it or of what it is a kind of; None
        where no box is for any of those. "Person" is none: a box of one does not make a bridegroom."""
        best: dict[str, float] = {}
        for found in findings.objects:
            node = self._node(found.label)
            for keyword in keyword_lineage(node.keyword) if node else ():
                best[keyword] = max(found.score, best.get(keyword, 0.0))
        told_by = {keyword: self.vocabulary.told_by(keyword, OBJECT_LABELS) for keyword in keywords}
        return {
            keyword: max((best.get(one, 0.0) for one in some), default=None)
            for keyword, some in told_by.items()
        }

    def _node(self, label: str) -> Node | None:
        return self.vocabulary.of_label(label)

    def _from_labels(self, findings: Findings, sure: Sequence[_Sure]) -> Iterable[NewSuggestion]:
        network = findings.networks.get(Task.CLASSIFY, "")
        scores = self.keyword_scores(findings)
        likely = self._class_probabilities(findings, scores)
        boxed = {node.keyword for found, _ in sure if (node := self._node(found.label))}
        of_toys = _is_of_toys(findings, any(keyword_lineage(one)[0] == ANIMAL for one in boxed))
        for keyword, raw in scores.items():
            if of_toys and keyword_lineage(keyword)[0] == ANIMAL:
                continue
            node = self.vocabulary.of_keyword(keyword)
            score = likely[keyword]
            if node is None or not node.usable or score < self._class_threshold(node):
                continue
            if _fits_parent(keyword, raw, scores, boxed):
                yield NewSuggestion(keyword, node.id, score, network)

    def _from_objects(self, findings: Findings, sure: Sequence[_Sure]) -> Iterable[NewSuggestion]:
        network = findings.networks.get(Task.OBJECTS, "")
        least = self._strict(self._base.object)
        for found, score in sure:
            node = self._node(found.label)
            if node is not None and node.usable and score >= least:
                yield NewSuggestion(node.keyword, node.id, score, network)

    def _from_faces(self, findings: Findings) -> Iterable[NewSuggestion]:
        network = findings.networks.get(Task.FACES, "")
        least = self._strict(self._base.face)
        faces = sorted(
            (face for face in people_faces(findings) if face.score >= least),
            key=lambda face: -face.score,
        )
        alike = _of_one_group(faces, findings)
        if len(alike) < GROUP_FACES and least <= GROUP_BOX_SCORE and _are_many(findings):
            yield self._face_keyword(GROUP, GROUP_BOX_SCORE, findings.networks.get(Task.OBJECTS, network))
        if not faces:
            return
        yield self._face_keyword(PERSON, faces[0].score, network)
        if len(faces) >= CROWD_FACES:
            yield self._face_keyword(CROWD, faces[CROWD_FACES - 1].score, network)
        elif len(alike) >= GROUP_FACES:
            yield self._face_keyword(GROUP, alike[GROUP_FACES - 1].score, network)
        elif len(faces) == 2 and _are_two(findings):
            yield self._face_keyword(TWO, min(TWO_SCORE, faces[1].score), network)
        if len(alike) < GROUP_FACES and (main := _main_face(faces)) is not None:
            yield self._face_keyword(PORTRAIT, main.score, network)

    def _face_keyword(self, keyword: str, score: float, network: str) -> NewSuggestion:
        node = self.vocabulary.of_keyword(keyword)
        label = node.id if node else f"pt:{keyword_leaf(keyword)}"
        return NewSuggestion(keyword, label, min(score, 1.0), network)

    def _class_threshold(self, node: Node) -> float:
        if node.threshold is not None:
            return self._strict(node.threshold)
        inner = self.vocabulary.is_inner(node.keyword)
        return self._strict(self._base.inner if inner else self._base.leaf)

    def _strict(self, threshold: float) -> float:
        return least_score(self.strictness, threshold)


def people_faces(findings: Findings) -> tuple[FaceFinding, ...]:
    """Those inside a box that may be a person's, as far as boxes were looked for."""
    if Task.OBJECTS not in findings.networks:
        return findings.faces
    people = [
        found.box for found in findings.objects if found.label == PERSON_LABEL and found.score >= PERSON_LEAST
    ]
    return tuple(face for face in findings.faces if any(_holds_middle(box, face.box) for box in people))


def _is_of_toys(findings: Findings, animals: bool) -> bool:
    toys = any(found.label == TOY_LABEL and found.score >= TOY_LEAST for found in findings.objects)
    return toys and not animals


def _fits_parent(keyword: str, raw: float, scores: Mapping[str, float], boxed: set[str]) -> bool:
    """Is a narrower word likely, given what it is a kind of? Else that is offered: a bus, no trolleybus."""
    parents = keyword_parents(keyword)
    if len(parents) < 2:
        return True
    if not boxed.isdisjoint(parents) and raw < BOXED_LEAST:
        return False
    return raw >= SHARE_LEAST * scores.get(parents[-1], 0.0)


def _same_place(one: ObjectFinding, other: ObjectFinding) -> bool:
    """Two labels on one thing (a cat that might be a dog), not two things."""
    return one.label != other.label and one.box.iou(other.box) >= RIVAL_LABEL_IOU


def _holds_middle(outer: Box, inner: Box) -> bool:
    x, y = inner.x + inner.w / 2, inner.y + inner.h / 2
    return outer.x <= x <= outer.x + outer.w and outer.y <= y <= outer.y + outer.h


def _is_guarded(node: Node) -> bool:
    return any(node.keyword == branch or node.keyword.startswith(f"{branch}|") for branch in GUARDED_BRANCHES)


def _has_person(findings: Findings) -> bool:
    """Is there a face, or a box that may well be a person's?"""
    return bool(findings.faces) or any(
        found.label == PERSON_LABEL and found.score >= PERSON_LEAST for found in findings.objects
    )


def _are_two(findings: Findings) -> bool:
    boxes = [found.score for found in findings.objects if found.label == PERSON_LABEL]
    sure, all_of_them = (sum(score >= least for score in boxes) for least in (TWO_BOX_LEAST, SURE_BOX))
    return sure == all_of_them == 2 and sum(face.score >= TWO_FACE_DOUBT for face in findings.faces) == 2


def _are_many(findings: Findings) -> bool:
    heights = _people_heights(findings)
    return sum(height >= GROUP_BOX_ALIKE * max(heights) for height in heights) >= GROUP_BOXES


def _people_heights(findings: Findings) -> list[float]:
    return [
        found.box.h for found in findings.objects if found.label == PERSON_LABEL and found.score >= SURE_BOX
    ]


def _of_one_group(faces: list[FaceFinding], findings: Findings) -> list[FaceFinding]:
    """The faces that may be of one group with the tallest, surest first; none where somebody stands far before
    them all."""
    tallest = max((face.box.h for face in faces), default=0.0)
    alike = [face for face in faces if face.box.h >= GROUP_FACE_ALIKE * tallest]
    before = max(_people_heights(findings), default=0.0)
    if (
        len(alike) >= GROUP_FACES
        and sorted(face.box.h for face in alike)[-GROUP_FACES] * BODY_IN_FACES < before
    ):
        return []
    return alike


def _main_face(faces: list[FaceFinding]) -> FaceFinding | None:
    """The face a portrait is of: large, and at least twice as high as any other."""
    by_height = sorted(faces, key=lambda face: -face.box.h)
    if by_height[0].box.h < PORTRAIT_FACE_HEIGHT:
        return None
    if len(by_height) > 1 and by_height[1].box.h * 2 > by_height[0].box.h:
        return None
    return by_height[0]
