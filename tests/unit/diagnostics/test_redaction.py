"""Out of the log comes what may be sent: nothing that a person typed, and still a story one can follow."""

from __future__ import annotations

from phototagger.diagnostics.redaction import Redaction

HEAD = "2026-01-02 10:11:12.345 INFO 77 phototagger.jobs.scan: "


def redacted(*lines: str) -> list[str]:
    return list(Redaction({".jpg": "photo"}).log_lines(lines))


def test_the_same_thing_has_the_same_number_and_a_photo_keeps_its_kind() -> None:
    assert redacted(
        HEAD + "«/home/Anna/Holiday/a.JPG» failed",
        HEAD + "scan of «/home/Anna/Holiday»",
        HEAD + r"«C:\Users\Anna\b.jpg» and «/home/Anna/Holiday/a.JPG», «Anna says hello»",
    ) == [
        HEAD + "<photo 1>.jpg failed",
        HEAD + "scan of <folder 1>",
        HEAD + "<photo 2>.jpg and <photo 1>.jpg, <text 1>",
    ]


def test_an_ending_that_is_no_kind_of_file_is_left_out() -> None:
    assert redacted(HEAD + "«/home/Holiday with.Anna»") == [HEAD + "<folder 1>"]


def test_a_mark_that_is_not_closed_hides_the_rest() -> None:
    assert redacted(HEAD + "read «/home/Anna and more") == [HEAD + "read <folder 1>"]


def test_lines_that_the_log_does_not_write_are_left_out() -> None:
    assert redacted(
        "  a line below nothing: Anna",
        HEAD + "a fault",
        "  phototagger/jobs/scan.py, line 3, in scan",
        "  KeyError: «Anna»",
        "Anna wrote this into the file",
        "  and this",
        HEAD + "the end",
    ) == [
        HEAD + "a fault",
        "  phototagger/jobs/scan.py, line 3, in scan",
        "  KeyError: <text 1>",
        HEAD + "the end",
    ]
