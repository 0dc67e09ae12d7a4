"""Is a file taken for what is in it, whatever it is called?"""

import contextlib
import io
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import BadAnswer, TooLarge
from store.file_types import ACCEPT, ALLOWED
from store.files import MOST_BYTES, read_upload


def archive(*names: str, mimetype: str = "") -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as packed:
        if mimetype:
            packed.writestr("mimetype", mimetype)
        for name in names:
            packed.writestr(name, "content")
    return whole.getvalue()


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 30
OFFICE = "[Content_Types].xml"
TAKEN = {
    "a.png": (PNG, "image/png"),
    "a.JPG": (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "image/jpeg"),
    "a.gif": (b"GIF89a" + b"\0" * 9, "image/gif"),
    "a.webp": (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
    "a.heic": (b"\0\0\0\x18ftypheic\0\0\0\0", "image/heic"),
    "a.pdf": (b"%PDF-1.7\n", "application/pdf"),
    "a.mp4": (b"\0\0\0\x18ftypisom\0\0\0\0", "video/mp4"),
    "a.mov": (b"\0\0\0\x14ftypqt  \0\0\0\0", "video/quicktime"),
    "a.webm": (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "video/webm"),
    "a.txt": ("Grüße, 你好".encode(), "text/plain"),
    "old.txt": ("Grüße".encode("cp1252"), "text/plain"),
    "notepad.txt": ("Grüße".encode("utf-16"), "text/plain"),
    "a.csv": (b"a,b\n1,2\n", "text/plain"),
    "a.log": (b"12:00 <error> in line 7", "text/plain"),
    "a.docx": (archive(OFFICE, "word/document.xml"), ALLOWED[10].media_type),
    "a.xlsx": (archive(OFFICE, "xl/workbook.xml"), ALLOWED[11].media_type),
    "a.pptx": (archive(OFFICE, "ppt/presentation.xml"), ALLOWED[12].media_type),
    "a.odt": (archive("content.xml", mimetype=ALLOWED[13].media_type), ALLOWED[13].media_type),
}
REFUSED = {
    "setup.exe": (b"MZ" + b"\0" * 60, "file.is_program"),
    "invoice.pdf": (b"MZ\x90\0" + b"\0" * 60, "file.hides_program"),
    "photo.png": (b"\x7fELF\x02\x01\x01" + b"\0" * 60, "file.hides_program"),
    "notes.txt": (b"#!/bin/sh\nrm -rf ~\n", "file.hides_program"),
    "mac.jpg": (b"\xcf\xfa\xed\xfe" + b"\0" * 60, "file.hides_program"),
    "run.bat": (b"@echo off\r\n", "file.is_program"),
    "script.js": (b"alert(1)", "file.is_program"),
    "shortcut.lnk": (b"L\0\0\0\x01\x14\x02\0", "file.is_program"),
    "page.html": (b"<!DOCTYPE html><p>", "file.is_page"),
    "drawing.svg": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()">', "file.is_page"),
    "quiet.txt": (b"hello\n<script>alert(1)</script>", "file.is_page"),
    "utf16.txt": ("<svg onload=x()>".encode("utf-16"), "file.is_page"),
    "many.zip": (archive("a", "b"), "file.is_archive"),
    "broken.docx": (b"PK\x03\x04 and nothing more", "file.is_archive"),
    "macro.docx": (archive(OFFICE, "word/document.xml", "word/vbaProject.bin"), "file.has_macros"),
    "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file.not_allowed"),
    "a.7z": (b"7z\xbc\xaf\x27\x1c\0\x04", "file.not_allowed"),
    "noise.dat": (bytes(range(256)), "file.not_allowed"),
    "is_png.pdf": (PNG, "file.differs"),
    "is_text.png": (b"only text", "file.differs"),
    "empty.txt": (b"", "file.empty"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_it_is_taken_for_what_it_is(name: str) -> None:
    content, media_type = TAKEN[name]

    taken = read_upload(name, content, "fil_1")

    assert (taken.name, taken.media_type, taken.size) == (name, media_type, len(content))


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_the_reason(name: str) -> None:
    content, reason = REFUSED[name]

    with pytest.raises(BadAnswer) as refused:
        read_upload(name, content, "fil_1")

    assert (refused.value.text_key, refused.value.values["name"]) == (reason, name)


def test_the_refusal_says_what_it_is_and_what_it_claims() -> None:
    with pytest.raises(BadAnswer) as refused:
        read_upload("scan.pdf", PNG, "fil_1")

    assert refused.value.values == {"name": "scan.pdf", "claimed": "PDF", "found": "PNG"}


def test_a_name_without_an_ending_gets_the_right_one() -> None:
    assert read_upload("image", PNG, "fil_1").name == "image.png"


def test_too_large_says_how_large_is_allowed() -> None:
    assert read_upload("a.txt", b"x" * MOST_BYTES, "fil_1").size == MOST_BYTES
    with pytest.raises(TooLarge) as refused:
        read_upload("a.txt", b"x" * (MOST_BYTES + 1), "fil_1")

    assert refused.value.values == {"name": "a.txt", "limit": 10}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\ada\\pump.txt", "pump.txt"),
        ("pump\u202egpj.txt", "pumpgpj.txt"),
        ("a\0b\r\n.txt", "ab.txt"),
        (" .txt", "txt.txt"),
        ("", "file.txt"),
        ("...", "file.txt"),
        ("x" * 300 + ".txt", "x" * 100 + ".txt"),
        ("Ünïcödé 你好.txt", "Ünïcödé 你好.txt"),
    ],
)
def test_a_name_is_only_a_name(given: str, kept: str) -> None:
    assert read_upload(given, b"hello", "fil_1").name == kept


def test_an_archive_that_was_made_to_keep_its_reader_busy_is_refused_at_once() -> None:
    heavy = archive(OFFICE, "word/document.xml") + b"PK\x01\x02" * 6_000

    with pytest.raises(BadAnswer, match="archive"):
        read_upload("a.docx", heavy, "fil_1")


@given(st.binary(max_size=200), st.sampled_from(["", ".pdf", ".txt", ".docx"]))
def test_whatever_comes_is_taken_or_refused(content: bytes, ending: str) -> None:
    try:
        taken = read_upload(f"x{ending}", content, "fil_1")
    except BadAnswer:
        return
    assert taken.media_type in {one.media_type for one in ALLOWED}


def test_the_picker_of_a_page_offers_what_will_be_taken() -> None:
    assert ".pdf" in ACCEPT.split(",")
    assert not {".svg", ".html", ".exe", ".zip"} & set(ACCEPT.split(","))
    assert {Path(name).suffix.lower() for name in TAKEN} <= set(ACCEPT.split(","))


@pytest.mark.parametrize(
    "kind", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2]
)
def test_a_broken_archive_is_refused_however_it_was_packed(kind: int) -> None:
    dice = random.Random(kind)  # noqa: S311 - places to break
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", kind) as packed:
        packed.writestr("mimetype", ALLOWED[13].media_type)
    for _ in range(400):
        broken = bytearray(whole.getvalue())
        for _ in range(3):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        with contextlib.suppress(BadAnswer):
            read_upload("a.odt", bytes(broken), "fil_1")
