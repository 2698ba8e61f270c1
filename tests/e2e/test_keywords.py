"""The person's own words from the command line, on the sample photos."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from PIL import Image

from phototagger.settings.locations import resources_folder
from tests.e2e.conftest import Program


def words_of(program: Program, photo: Path) -> dict[str, str]:
    (record,) = program("--json", "show", photo).records
    return {entry["keyword"]: entry["state"] for entry in record["suggestions"]}


def test_words_strictness_and_lists_change_suggestions_without_a_network(
    program: Program, folder: Path, tmp_path: Path
) -> None:
    assert program("analyse", folder).status == 0
    coffee = folder / "coffee.jpg"
    before = words_of(program, coffee)
    chosen = next(keyword for keyword in before if "|" in keyword)
    renamed = program("keywords", "rename", chosen, "Meins|Wort")
    assert renamed.status == 0
    assert words_of(program, coffee).keys() == before.keys() - {chosen} | {"Meins|Wort"}
    assert program("keywords", "restore", chosen).status == 0
    assert words_of(program, coffee).keys() == before.keys()
    assert program("undo", "--edit").status == 0
    assert "Meins|Wort" in words_of(program, coffee)
    assert f"Renamed {chosen} to Meins|Wort" in program("undo", "--edit").out
    assert words_of(program, coffee).keys() == before.keys()

    for photo in folder.glob("*.jpg"):
        photo.unlink()  # what follows must not open one
    (program.home / "settings.toml").write_text('[analysis]\nstrictness = "strict"\n')
    assert program("resuggest").status == 0
    few = sum(len(record["suggestions"]) for record in program("--json", "show", folder).records)
    (program.home / "settings.toml").write_text('[analysis]\nstrictness = "eager"\n')
    assert program("--json", "resuggest").records[0]["changed"] > 0
    more = sum(len(record["suggestions"]) for record in program("--json", "show", folder).records)
    assert more > few

    (tmp_path / "list.txt").write_text("Trips\n\tRome\n")
    imported = program("--json", "keywords", "import", "--match", tmp_path / "list.txt")
    assert (imported.records[0]["new"], imported.records[0]["renamed"]) == (2, {})
    assert program("keywords", "add", "Trips|Rome", folder / "temple.jpg").status == 0
    assert program("keywords", "export", tmp_path / "out.txt").status == 0
    assert "Trips\n\tRome\n" in (tmp_path / "out.txt").read_text("utf-8")
    rows = {row["keyword"]: row["photos"] for row in program("--json", "keywords", "list").records}
    assert rows["Trips|Rome"] == 1


def test_own_words_are_renamed_in_files_and_known_words_are_joined(
    program: Program, folder: Path, exiftool: str
) -> None:
    photo = folder / "coffee.jpg"

    def words() -> list[str]:
        found = subprocess.run([exiftool, "-s3", "-sep", "|", "-XMP-dc:Subject", photo], capture_output=True)
        return sorted(found.stdout.decode().strip().split("|"))

    assert program("scan", photo).status == 0
    assert program("keywords", "add", "trips|rome 2024", photo).status == 0
    assert program("keywords", "add", "Dog", photo).out == "Added animal|dog on 1 photo.\n"
    # It has it already, and gets no second one.
    assert program("accept", "--keyword", "dog", photo).status == 2
    assert program("write", photo).status == 0
    assert words() == ["dog", "rome 2024"]
    renamed = program("keywords", "rename", "rome 2024", "Trips|Rome 2024")
    assert "trips|rome 2024 is called Trips|Rome 2024 now." in renamed.err
    assert program("write", photo).status == 0
    assert words() == ["Rome 2024", "dog"]
    merged = program("keywords", "merge", "Rome 2024", "dog", "Rom mit Hund")
    assert "Rom mit Hund is one keyword now" in merged.err
    assert program("write", photo).status == 0
    assert words() == ["Rom mit Hund"]
    assert "Renamed" in program("undo", "--edit").out
    assert program("write", photo).status == 0
    assert words() == ["Rome 2024", "dog"]
    assert program("keywords", "remove", "DOG", photo).out == "Removed animal|dog on 1 photo.\n"
    assert program("keywords", "add", "films|rome 2024", photo).status == 0
    several = program("keywords", "add", "rome 2024", folder / "coffee.jpg")
    assert (several.status, "may be Trips|Rome 2024 or films|rome 2024" in several.err) == (2, True)


def test_three_photos_teach_a_word_in_one_small_folder(program: Program, tmp_path: Path) -> None:
    samples = resources_folder() / "samples"
    folder = tmp_path / "photos"
    shutil.copytree(samples, folder, ignore=shutil.ignore_patterns("*.md", "flower*"))
    with Image.open(samples / "flower.jpg") as flower:
        width, height = flower.size
        crops = [(0, 0, 1, 1), (0.1, 0.1, 1, 1), (0, 0, 0.9, 0.95), (0.05, 0, 0.95, 1), (0, 0.05, 1, 0.9)]
        for number, (left, top, right, bottom) in enumerate(crops):
            crop = flower.crop(
                (round(left * width), round(top * height), round(right * width), round(bottom * height))
            )
            crop.save(folder / f"garden-{number}.jpg")
    assert program("analyse", folder, seconds=300).status == 0
    taught = [folder / f"garden-{number}.jpg" for number in range(3)]
    assert program("keywords", "add", "Grandma's garden", *taught[:2]).status == 0
    listed = {row["keyword"]: row for row in program("--json", "keywords", "list").records}
    assert listed["Grandma's garden"]["not_learnt"] == "too_few"
    assert (
        "suggestions changed on 2 other photos" in program("keywords", "add", "Grandma's garden", *taught).err
    )
    for photo in sorted(folder.iterdir()):
        offered = "Grandma's garden" in words_of(program, photo)
        assert offered == (photo.name in ("garden-3.jpg", "garden-4.jpg"))
    assert (
        "Grandma's garden  on 3 photos, 2 to review, learnt from 3 photos" in program("keywords", "list").out
    )


def test_a_folders_name_is_accepted_or_rejected_for_all_its_photos(program: Program, tmp_path: Path) -> None:
    samples = resources_folder() / "samples"
    holiday, party = (
        tmp_path / "Photos" / "2024-05 Holiday in Rome",
        tmp_path / "Photos" / "Hochzeit" / "DCIM",
    )
    for folder, names in ((holiday, ("coffee.jpg", "temple.jpg")), (party, ("flower.jpg", "temple.jpg"))):
        folder.mkdir(parents=True)
        for name in names:
            shutil.copy(samples / name, folder / f"IMG_{len(name)}_{names.index(name)}.jpg")
    assert program("tag", tmp_path / "Photos", seconds=300).status == 0
    for folder, word in ((holiday, "Holiday in Rome"), (party, "event|wedding")):
        assert [words_of(program, photo)[word] for photo in folder.iterdir()] == ["suggested"] * 2
    assert program("accept", "--keyword", "Holiday in Rome", holiday).status == 0
    assert program("reject", "wedding", party).status == 0
    assert program("resuggest").status == 0
    assert [words_of(program, photo)["Holiday in Rome"] for photo in holiday.iterdir()] == ["confirmed"] * 2
    assert [words_of(program, photo)["event|wedding"] for photo in party.iterdir()] == ["rejected"] * 2


def test_wrong_use_says_how(program: Program) -> None:
    done = program("keywords", "rename", "dog")
    assert done.status == 2
    assert "keywords rename KEYWORD NEW_NAME" in done.err
    assert "knows no keyword 'unicorn'" in program("keywords", "hide", "unicorn").err
    assert "no language of the keywords; use en, de, fr, es, zh" in program("keywords", "language", "xx").err


def test_a_list_or_report_never_takes_the_place_of_a_photo(program: Program, folder: Path) -> None:
    photo = folder / "coffee.jpg"
    before = photo.read_bytes()
    listed = program("keywords", "export", photo)
    assert (listed.status, "ends in .txt or .csv" in listed.err) == (2, True)
    report = program("evaluate", folder, "--truth", "files", "--report", photo)
    assert (report.status, "ends in .html or .htm" in report.err) == (2, True)
    assert photo.read_bytes() == before


def test_keywords_in_photos_become_words_and_the_language_can_change(
    program: Program, folder: Path, exiftool: str
) -> None:
    photo = folder / "coffee.jpg"
    tag = "-XMP-digiKam:TagsList=Trips/Rome"
    keyword = "-XMP-lr:HierarchicalSubject=Trips|Rome"
    subprocess.run([exiftool, "-q", "-overwrite_original", tag, keyword, photo], check=True)
    assert program("analyse", photo).status == 0
    taken = program("--json", "keywords", "import", "--from-photos", photo)
    assert taken.records == [{"schema": 1, "keywords": 1, "new": 1, "renamed": {}}]
    assert "Trips|Rome" in {row["keyword"] for row in program("--json", "keywords", "list").records}
    assert program("keywords", "language", "de").status == 0
    german = words_of(program, photo)
    assert german
    assert all(word.split("|")[0] in {"Essen", "Haushalt", "Möbel", "Gegenstand"} for word in german)
    assert 'language = "de"' in (program.home / "settings.toml").read_text("utf-8")
    assert program("keywords", "language", "tlh").status == 2


def test_odd_keywords_in_one_photo_do_not_end_the_import_of_others(
    program: Program, folder: Path, exiftool: str
) -> None:
    odd, plain = folder / "coffee.jpg", folder / "chelsea.jpg"
    if not plain.exists():
        shutil.copy(odd, plain)
    tags = ["-XMP-dc:Subject= ", "-XMP-lr:HierarchicalSubject=animals|", "-XMP-lr:HierarchicalSubject=a||b"]
    subprocess.run(
        [exiftool, "-q", "-E", "-overwrite_original", *tags, "-XMP-dc:Subject=two&#xa;lines", odd], check=True
    )
    subprocess.run([exiftool, "-q", "-overwrite_original", "-XMP-dc:Subject=harbour", plain], check=True)
    assert program("scan", folder).status == 0
    taken = program("keywords", "import", "--from-photos", folder)
    assert taken.status == 0, taken.err
    listed = {row["keyword"] for row in program("--json", "keywords", "list").records}
    assert {"harbour", "animals", "a|b", "two lines"} <= listed
