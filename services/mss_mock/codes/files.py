"""Names, types and first octets of attached files, and headers that stand once.

Source: docs/sources/mssante.md (Type des pièces, Pièce exécutable, En-tête répété); RFC 5322 §3.6. The list of programs
is ours: the types that operators admit are not public. Data only.
"""

from __future__ import annotations

__all__ = ["ARCHIVE_TYPES", "EXECUTABLE_NAMES", "EXECUTABLE_STARTS", "ONCE", "PDF_TYPE"]

ARCHIVE_TYPES = ("application/zip", "application/x-zip-compressed", "application/x-zip")
"""The type of an archive, then what Windows and old mail programs call the same."""
PDF_TYPE = "application/pdf"

EXECUTABLE_NAMES = frozenset(
    {"apk", "app", "bat", "cmd", "com", "cpl", "dll", "dmg", "exe", "hta", "iso", "jar", "js", "jse", "lnk"}
    | {"msi", "msp", "ps1", "reg", "scr", "sh", "vbe", "vbs", "wsf"}
)
EXECUTABLE_STARTS = {
    b"MZ": "un programme Windows (MZ)",
    b"\x7fELF": "un programme Linux (ELF)",
    b"\xca\xfe\xba\xbe": "un programme macOS ou Java",
    b"#!": "un script (#!)",
}

ONCE = (
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "X-MSS-NIL",
    "X-MSS-INS",
    "X-MSS-CODECDA",
    "X-MSS-MES",
)
"""Headers that a mail has once at most: RFC 5322 §3.6, and those of MSSanté."""
