"""What is in a file that somebody sends, whatever its name says?"""

import io
import re
import zipfile
from contextlib import suppress
from dataclasses import dataclass

import puremagic

from store.errors import BadAnswer


@dataclass(frozen=True, slots=True)
class FileType:
    media_type: str
    label: str
    """As people say it, in every language alike."""
    extensions: tuple[str, ...]


PNG = FileType("image/png", "PNG", ("png",))
JPEG = FileType("image/jpeg", "JPEG", ("jpg", "jpeg", "jfif"))
GIF = FileType("image/gif", "GIF", ("gif",))
WEBP = FileType("image/webp", "WebP", ("webp",))
HEIC = FileType("image/heic", "HEIC", ("heic", "heif"))
PDF = FileType("application/pdf", "PDF", ("pdf",))
MP4 = FileType("video/mp4", "MP4", ("mp4", "m4v"))
MOV = FileType("video/quicktime", "MOV", ("mov",))
WEBM = FileType("video/webm", "WebM", ("webm",))
TEXT = FileType(
    "text/plain", "Text", ("txt", "log", "md", "csv", "json", "eml", "ini", "yml", "yaml", "toml")
)
OPEN_XML = "application/vnd.openxmlformats-officedocument"
DOCX = FileType(f"{OPEN_XML}.wordprocessingml.document", "Word", ("docx",))
XLSX = FileType(f"{OPEN_XML}.spreadsheetml.sheet", "Excel", ("xlsx",))
PPTX = FileType(f"{OPEN_XML}.presentationml.presentation", "PowerPoint", ("pptx",))
ODT = FileType("application/vnd.oasis.opendocument.text", "OpenDocument", ("odt",))
ODS = FileType("application/vnd.oasis.opendocument.spreadsheet", "OpenDocument", ("ods",))
ALLOWED = (PNG, JPEG, GIF, WEBP, HEIC, PDF, MP4, MOV, WEBM, TEXT, DOCX, XLSX, PPTX, ODT, ODS)
ACCEPT = ",".join(f".{extension}" for kind in ALLOWED for extension in kind.extensions)
"""For the file field of a page, so that the picker offers what will be taken."""

SIGNATURES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), PNG),
    (re.compile(rb"\xff\xd8\xff"), JPEG),
    (re.compile(rb"GIF8[79]a"), GIF),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), WEBP),
    (re.compile(rb"....ftyp(heic|heix|hevc|mif1|msf1)", re.DOTALL), HEIC),
    (re.compile(rb"....ftypqt  ", re.DOTALL), MOV),
    (re.compile(rb"....ftyp(isom|iso\d|mp4\d|M4V |avc1|dash)", re.DOTALL), MP4),
    (re.compile(rb"\x1a\x45\xdf\xa3.{0,40}webm", re.DOTALL), WEBM),
    (re.compile(rb"%PDF-\d"), PDF),
)
PROGRAMS = re.compile(
    rb"MZ(?=.{0,1000}\0)|\x7fELF|\xfe\xed\xfa[\xce\xcf]|[\xce\xcf]\xfa\xed\xfe|\xca\xfe\xba\xbe|\0asm|#!|dex\n|L\0\0\0\x01\x14\x02",
    re.DOTALL,
)
PAGES = re.compile(r"<(!doctype html|html|head|body|script|svg|iframe|\?xml|!doctype svg)\b", re.IGNORECASE)
RUN_BY_NAME = frozenset(
    "app apk bat bin cmd com cpl csh dll dmg exe hta jar js jse lnk mjs msi msp pif ps1 psm1 py pyw rb reg"
    " scr sh so url vb vbe vbs wsf wsh".split()
)
"""A double click on a file of such a name runs it, however harmless its first bytes look."""

MOST_MEMBERS = 5_000
"""Entries of an office document; one with more was made to keep its reader busy."""


def read_type(content: bytes, extension: str) -> FileType:
    """`extension` is what the name claims, lower case, without the dot; empty claims nothing."""
    claimed = extension.upper()
    if extension in RUN_BY_NAME:
        raise BadAnswer("a program", text_key="file.is_program")
    if PROGRAMS.match(content):
        raise BadAnswer(f"a program, not {claimed}", text_key="file.hides_program", claimed=claimed)
    found = find_type(content)
    if extension and extension not in found.extensions:
        values = {"claimed": claimed, "found": found.label}
        raise BadAnswer(f"{found.label}, not {claimed}", text_key="file.differs", **values)
    return found


def find_type(content: bytes) -> FileType:
    for signature, found in SIGNATURES:
        if signature.match(content):
            return found
    if content.startswith(b"PK\x03\x04"):
        return office_type(content)
    if (text := decode(content)) is None:
        found_label = guess_label(content)
        raise BadAnswer(f"{found_label}: not on the list", text_key="file.not_allowed", found=found_label)
    if PAGES.search(text[:4096]):
        raise BadAnswer("a web page", text_key="file.is_page")
    return TEXT


def decode(content: bytes) -> str | None:
    """None when it has control characters that no text has. Old programs on Windows still write cp1252."""
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        with suppress(UnicodeDecodeError):
            text = content.decode(encoding)
            break
    else:
        return None
    return None if re.search(r"[\x00-\x08\x0e-\x1f\x7f]", text) else text


def office_type(content: bytes) -> FileType:
    """A plain archive is refused, and so is a document with macros."""
    names, mime = read_members(content)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise BadAnswer("an office document with macros", text_key="file.has_macros")
    if "[Content_Types].xml" in names:
        for folder, found in (("word/", DOCX), ("xl/", XLSX), ("ppt/", PPTX)):
            if any(name.startswith(folder) for name in names):
                return found
    for found in (ODT, ODS):
        if mime == found.media_type:
            return found
    raise BadAnswer("an archive: not on the list", text_key="file.is_archive")


def read_members(content: bytes) -> tuple[frozenset[str], str]:
    """Names in an archive, and what OpenDocument says of itself."""
    if content.count(b"PK\x01\x02") > MOST_MEMBERS:
        return frozenset(), ""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = frozenset(archive.namelist())
            if "mimetype" not in names or not is_plain(archive.getinfo("mimetype")):
                return names, ""
            return names, archive.read("mimetype").decode(errors="replace")
    # All that zipfile raises for bytes that are no archive: broken, cut off, encrypted, of a later version.
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, OSError, EOFError):
        return frozenset(), ""


def is_plain(member: zipfile.ZipInfo) -> bool:
    """As OpenDocument wants it. Nothing that a stranger has compressed is ever unpacked."""
    return member.compress_type == zipfile.ZIP_STORED and member.file_size <= len(ODS.media_type)


def guess_label(content: bytes) -> str:
    """For the refusal only; nothing is let in on it."""
    try:
        return str(puremagic.from_string(content[:65_536])).removeprefix(".").upper() or "?"
    except (puremagic.PureError, ValueError):
        return "?"
