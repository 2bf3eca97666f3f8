"""Errors of the documents library.

    DocumentError
      InvalidContent          a value cannot be written
      UnreadableXml           not XML that we accept
      NotClinicalDocument     XML, but no CDA R2 document
      IncompleteHeader        a CDA without id, code, title or patient
      CorruptAttachment       an embedded file that is no base 64
      InsDatamatrixError      the text is no datamatrix INS
      BarcodeError            an image cannot be read or a code not drawn
      XdmError                an archive is refused
      PdfError                the bytes are no PDF that we accept
      DrugCodeError           a text is no code of a drug box
      ArtefactsError          the folder of official artefacts cannot be used

Messages are French sentences for the person who sends or receives the document. Knows nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = [
    "ArtefactsError",
    "BarcodeError",
    "CorruptAttachment",
    "DocumentError",
    "DrugCodeError",
    "IncompleteHeader",
    "InsDatamatrixError",
    "InvalidContent",
    "NotClinicalDocument",
    "PdfError",
    "UnreadableXml",
    "XdmError",
    "refuse_bad_text",
]


class DocumentError(ValueError):
    """Any error of this library."""


class InvalidContent(DocumentError):
    """A value given to a writer breaks the format of the document."""


class UnreadableXml(DocumentError):
    """The bytes are not XML that we accept: malformed, with a DTD, too long or too deep."""


class NotClinicalDocument(DocumentError):
    """The root element is not the ClinicalDocument of CDA R2."""


class IncompleteHeader(DocumentError):
    """The header lacks what no document can do without: id, code, title or patient."""


class CorruptAttachment(DocumentError):
    """A file embedded in the document cannot be decoded."""


class InsDatamatrixError(DocumentError):
    """A text is no datamatrix INS, or an identity cannot be written as one."""


class BarcodeError(DocumentError):
    """An image is not readable or too large, or a text does not fit in a code."""


class XdmError(DocumentError):
    """An archive is no IHE XDM archive that we accept; ``fault`` is one of ``values.xdm.XdmFault``."""

    def __init__(self, message: str, fault: str = "zip") -> None:
        super().__init__(message)
        self.fault = fault


class PdfError(DocumentError):
    """The bytes are no PDF, or more than we accept."""


class DrugCodeError(DocumentError):
    """A text is no GS1 code of a drug box."""


class ArtefactsError(DocumentError):
    """The folder of official artefacts (schemas, value sets, schematrons) is missing or cannot be used."""


@contextmanager
def refuse_bad_text() -> Iterator[None]:
    """Turn the ValueError of a library, of characters that XML does not admit above all, into InvalidContent."""
    try:
        yield
    except DocumentError:
        raise
    except ValueError as error:
        raise InvalidContent(f"valeur impossible à écrire : {error}") from error
