"""What the names of folders and files say, and what in them says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from phototagger.keywords.sources.folders import FolderWord, album_words, file_word, folder_word, words_of

HOME = Path("/home/anna/Pictures")


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Holiday in Rome", "Holiday in Rome"),
        ("Anna's wedding 2023", "Anna's wedding"),
        ("2023-05-12 Rome", "Rome"),
        ("20230512_Rome", "Rome"),
        ("Rome_2023", "Rome"),
        ("Holiday in 2023", "Holiday"),
        ("Urlaub Mai 2023", "Urlaub"),
        ("Ostsee im Juli 2019", "Ostsee"),
        ("12. Mai 2023 Hochzeit", "Hochzeit"),
        ("Trip to Paris, May 12", "Trip to Paris"),
        ("12.-14.05. Wien", "Wien"),
        ("Italien 2019-2021", "Italien"),
        ("Weihnachten '22", "Weihnachten"),
        ("2023年5月 罗马假期", "罗马假期"),
        ("Rome (3)", "Rome"),
        ("01 Rom", "Rom"),
        ("Rome - Copy", "Rome"),
        ("Hochzeit|Anna", "Hochzeit Anna"),
        ("Route 66", "Route 66"),
        ("18th birthday", "18th birthday"),
        ("St. Moritz", "St. Moritz"),
        ("Mom & Dad", "Mom & Dad"),
        ("Marseille", "Marseille"),
        ("May the 4th", "May the 4th"),
        ("Anna (5 Jahre)", "Anna (5 Jahre)"),
    ],
)
def test_a_folder_is_called_by_what_a_person_would_say_of_it(name: str, word: str) -> None:
    assert folder_word(name) == word


@pytest.mark.parametrize(
    "name",
    [
        *("100CANON", "101_PANA", "100APPLE", "100MSDCF", "DCIM", "Camera Roll", "Camera", "Screenshots"),
        *("2023", "2023-05", "2023-05-12", "20230512", "05.2023", "Mai 2023", "August", "12. Mai"),
        *("New folder", "New folder (2)", "Neuer Ordner", "Nouveau dossier", "Nueva carpeta", "新建文件夹"),
        *("WhatsApp Images", "Telegram", "Downloads", "Pictures", "Meine Bilder", "Photos from 2019"),
        *("IMG_1234", "scan0001", "Best of 2022", "To Sort", "raw", "JPG", "edited", "Backup", "Day 1"),
        *("Canon EOS 5D Mark II", "iPhone 12", "3f2a9bc4d5e6", "A", "17", "...", "bad\udcff name"),
    ],
)
def test_what_cameras_and_programs_call_folders_says_nothing(name: str) -> None:
    assert folder_word(name) is None


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Anna's wedding 012.jpg", "Anna's wedding"),
        ("Rome_2023_05.jpg", "Rome"),
        ("Holiday in Rome (12).jpg", "Holiday in Rome"),
        ("2023-05-12 10.22.33 Rome.jpg", "Rome"),
        ("IMG_1234.JPG", None),
        ("DSC01234.ARW", None),
        ("PXL_20230512_101010123.jpg", None),
        ("IMG-20230512-WA0001.jpg", None),
        ("Screenshot 2023-05-12 at 10.10.10.png", None),
        ("WhatsApp Image 2023-05-12 at 10.22.33.jpeg", None),
        ("000000000139.jpg", None),
    ],
)
def test_files_are_called_by_their_albums_and_not_by_their_cameras(name: str, word: str | None) -> None:
    assert file_word(name) == word


def test_the_nearest_folders_that_say_something_are_asked_up_to_what_was_added() -> None:
    path = HOME / "2019" / "Italy" / "Rome 2019" / "DCIM" / "100CANON" / "IMG_1.jpg"
    assert words_of(path, HOME, {}) == [FolderWord("Rome", "Rome 2019"), FolderWord("Italy", "Italy")]
    assert words_of(path, HOME / "2019" / "Italy" / "Rome 2019", {}) == [FolderWord("Rome", "Rome 2019")]


def test_a_collection_that_was_added_says_nothing_of_its_albums_and_an_album_does() -> None:
    def words(root: str, *below: str) -> list[str]:
        top = Path("/pictures") / root
        return [found.word for found in words_of(top.joinpath(*below, "IMG_1.jpg"), top, {})]

    assert words("Grandma's boxes", "Rome") == ["Rome"]
    assert words("Grandma's boxes") == words("Grandma's boxes", "2019", "DCIM") == ["Grandma's boxes"]
    assert words("Greece 2019", "Athens") == ["Athens", "Greece"]
    assert words("Photos", "Athens") == ["Athens"]


@pytest.mark.parametrize(
    "top", ["/home/anna", "/Users/anna", "/media/anna/KINGSTON", "/mnt/nas", "/Volumes/EOS"]
)
def test_a_home_or_disk_that_was_added_says_nothing(top: str) -> None:
    assert words_of(Path(top) / "a.jpg", Path(top), {}) == []


def test_three_files_of_one_name_are_an_album_and_two_are_not() -> None:
    two = ["beach 1.jpg", "beach 2.jpg", "IMG_1.jpg"]
    path = HOME / "beach 1.jpg"
    assert words_of(path, HOME, album_words(two)) == []
    assert words_of(path, HOME, album_words([*two, "Beach.jpg", "beach_3.jpg"])) == [FolderWord("beach", "")]
