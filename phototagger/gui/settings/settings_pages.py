"""The pages of the settings, each field with a sentence that says what it is for."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtWidgets import QFormLayout, QWidget

from phototagger.gui.kit.wording import tr
from phototagger.gui.photos.photo_grid import SIDES
from phototagger.gui.settings.settings_fields import (
    add_field,
    add_heading,
    add_note,
    choice,
    form_page,
    number,
    text_field,
    tick,
)
from phototagger.settings.declared import AnalysisSettings, UpdateSettings, WindowSettings, WriteSettings
from phototagger.settings.locations import can_read_text

Maker = Callable[[], Iterable[QWidget]]


def _tr(text: str) -> str:
    return tr(text, context="settings_pages")


def analysis_page(now: AnalysisSettings, analysing: bool) -> QWidget:
    """What is looked for, and how sure a suggestion must be."""
    page, form = form_page()
    if analysing:
        add_note(form, _tr("An analysis is running. Stop it, or wait for it, to change these."))
    strictness = choice(
        "analysis.strictness",
        {"strict": _tr("Strict"), "normal": _tr("Normal"), "eager": _tr("Eager")},
        now.strictness,
    )
    meanings = {
        "strict": _tr("Fewer keywords, nearly all of them right: good where you accept many at once."),
        "normal": _tr("Most of what is to be seen, with some mistakes to reject."),
        "eager": _tr("More is found, and more of it is wrong: good where you look at each photo."),
    }
    objects = tick("analysis.objects", _tr("Find objects"), now.objects)
    faces = tick("analysis.faces", _tr("Find faces"), now.faces)
    text = tick("analysis.text", _tr("Read the text in photos"), now.text)
    add_field(form, _tr("Suggestions"), strictness, meanings)
    add_note(
        form, _tr("A change of this takes effect at once. The rest counts for photos analysed from now on.")
    )
    add_heading(form, _tr("Look for"))
    add_field(form, "", objects, _tr("With boxes round them, and with surer keywords for it."))
    add_field(form, "", faces, _tr("For People, and for keywords such as portrait and group."))
    add_field(form, "", text, _text_note())
    text.setEnabled(now.text or can_read_text())
    fields = [strictness, objects, faces, text, *_machine_fields(form, now)]
    for field in fields:
        field.setEnabled(field.isEnabled() and not analysing)
    return page


def _text_note() -> str:
    if can_read_text():
        return _tr("Signs, labels and pages can be searched then. Slow: seconds a photo with much text.")
    return _tr("Needs one more package: pip install 'phototagger[text]'")


def _machine_fields(form: QFormLayout, now: AnalysisSettings) -> list[QWidget]:
    add_heading(form, _tr("This computer"))
    devices = {
        "auto": _tr("Automatic (the fastest there is)"),
        "cpu": _tr("Processor (CPU)"),
        "cuda": _tr("NVIDIA graphics card (CUDA)"),
        "mps": _tr("Apple graphics (MPS)"),
        "xpu": _tr("Intel graphics (XPU)"),
    }
    device = choice("analysis.device", devices, now.device)
    batch = number("analysis.batch", now.batch, 1, 512, "")
    limit = number(
        "analysis.pixel_limit_megapixels", now.pixel_limit_megapixels, 1, 10_000, _tr(" megapixels")
    )
    add_field(form, _tr("Networks run on"), device)
    more = _tr(
        "How many the networks see together. More is faster on a graphics card, and takes more memory."
    )
    add_field(form, _tr("Photos at once"), batch, more)
    larger = _tr("Photos with more pixels are not opened, for they may fill the memory; Problems names them.")
    add_field(form, _tr("Largest photo"), limit, larger)
    return [device, batch, limit]


def write_page(now: WriteSettings, writing: bool) -> QWidget:
    """What is written, and where to."""
    page, form = form_page()
    if writing:
        add_note(form, _tr("Files are being written. Stop that, or wait for it, to change these."))
    fields = [*_program_fields(form, now), *_what_fields(form, now), *_where_fields(form, now)]
    for field in fields:
        field.setEnabled(not writing)
    return page


def _program_fields(form: QFormLayout, now: WriteSettings) -> list[QWidget]:
    presets = {
        "all": _tr("All programs"),
        "lightroom": _tr("Lightroom"),
        "digikam": _tr("digiKam"),
        "darktable": _tr("darktable"),
        "windows": _tr("Windows"),
        "immich": _tr("Immich"),
        "apple": _tr("Apple Photos"),
    }
    meanings = {
        "all": _tr("A flat list, which every program reads, and the keyword trees of Lightroom and digiKam."),
        "lightroom": _tr(
            "A flat list and Lightroom's keyword tree. New sidecars of raw photos get the one name "
            "that Lightroom reads, IMG.xmp."
        ),
        "digikam": _tr("A flat list, digiKam's tag tree and Lightroom's."),
        "darktable": _tr("A flat list, and the keyword tree that darktable reads."),
        "windows": _tr(
            "A flat list, which Explorer shows as tags and finds by its search, but not in sidecars. No tree."
        ),
        "immich": _tr("A flat list, and the tag tree that Immich reads first."),
        "apple": _tr("A flat list, where Apple Photos looks on import, which is not in sidecars. No tree."),
    }
    preset = choice("write.preset", presets, now.preset)
    add_field(form, _tr("Keywords for"), preset, meanings)
    add_note(form, _tr("Fields that a photo has already are kept up, whatever is chosen here."))
    return [preset]


def _what_fields(form: QFormLayout, now: WriteSettings) -> list[QWidget]:
    add_heading(form, _tr("What is written"))
    rows = (
        (
            tick("write.hierarchy", _tr("Keyword trees"), now.hierarchy),
            _tr("animal › dog › golden retriever, beside the flat list, where the program has a tree."),
        ),
        (
            tick("write.parents_too", _tr("The words above a keyword"), now.parents_too),
            _tr("animal and dog too, in the flat list, for a golden retriever."),
        ),
        (
            tick("write.faces", _tr("Names of people, with boxes round their faces"), now.faces),
            _tr("Only of people you named. Fingerprints of faces are never written."),
        ),
        (
            tick("write.objects", _tr("Boxes round objects"), now.objects),
            _tr("Of confirmed keywords, as IPTC image regions; few programs show them."),
        ),
        (
            tick("write.iptc_always", _tr("The old IPTC list in every photo"), now.iptc_always),
            _tr("For old programs. Photos that have IPTC data already get it anyway."),
        ),
    )
    for field, note in rows:
        add_field(form, "", field, note)
    return [field for field, _ in rows]


def _where_fields(form: QFormLayout, now: WriteSettings) -> list[QWidget]:
    add_heading(form, _tr("Files"))
    names = {
        "program": _tr("As the program above reads them"),
        "full": _tr("IMG.CR2.xmp"),
        "adobe": _tr("IMG.xmp, for raw photos"),
    }
    meanings = {
        "program": _tr("IMG.xmp beside raw photos for Lightroom, IMG.CR2.xmp for all others."),
        "full": _tr("darktable, digiKam and Immich read it; Lightroom does not."),
        "adobe": _tr("Lightroom and Immich read it."),
    }
    sidecars = choice("write.sidecar_names", names, now.sidecar_names)
    beside = text_field("write.sidecar_formats", now.sidecar_formats, _tr("None; for example PNG HEIC"))
    into = text_field("write.embed_formats", now.embed_formats, _tr("None; DNG and GIF are possible"))
    time = tick("write.keep_modified_time", _tr("Keep each file's date of change"), now.keep_modified_time)
    agreed = tick("write.agreed", _tr("phototagger may write into my photo files"), now.agreed)
    exiftool = text_field("write.exiftool", now.exiftool, _tr("Found by itself"))
    add_field(form, _tr("New sidecars"), sidecars, meanings)
    add_field(
        form,
        _tr("Only beside"),
        beside,
        _tr("Photos of these formats are not touched: a sidecar gets their words."),
    )
    add_field(
        form,
        _tr("Also into"),
        into,
        _tr("Photos of these formats are written into, and get no sidecar."),
    )
    add_field(
        form,
        "",
        time,
        _tr("Photos stay sorted by date; a backup may overlook that one was written."),
    )
    add_field(
        form, "", agreed, _tr("You are asked before the first write. Without the tick you are asked again.")
    )
    add_field(
        form,
        _tr("exiftool"),
        exiftool,
        _tr("The program that writes. Say where it is if it is not found."),
    )
    return [sidecars, beside, into, time, agreed, exiftool]


def window_page(now: WindowSettings, updates: UpdateSettings) -> QWidget:
    """How the window looks, and whether it asks for newer versions."""
    page, form = form_page()
    themes = {"system": _tr("As the system"), "light": _tr("Light"), "dark": _tr("Dark")}
    side = number("window.thumbnail_side", now.thumbnail_side, SIDES[0], SIDES[-1], _tr(" pixels"))
    add_field(form, _tr("Look"), choice("window.theme", themes, now.theme))
    add_field(form, _tr("Thumbnails"), side)
    add_heading(form, _tr("Newer versions"))
    check = tick("updates.check", _tr("Look for a newer version when the window opens"), updates.check)
    address = text_field(
        "updates.address", updates.address, _tr("https://… where newer versions are published")
    )
    add_field(
        form,
        "",
        check,
        _tr("Asks at the address below, and tells nothing of you."),
    )
    add_field(form, _tr("Address"), address)
    return page
