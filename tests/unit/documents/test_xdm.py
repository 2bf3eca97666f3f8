import io
import stat
import struct
import zipfile
from dataclasses import replace
from datetime import datetime

import pytest

from health_documents.cda.read.reader import read_document
from health_documents.cda.write.n1 import write_n1
from health_documents.codes.systems import CONTENT_TYPES, format_of_media
from health_documents.errors import InvalidContent, XdmError
from health_documents.values.document import DocumentHeader
from health_documents.xdm.write import XdmDocument, XdmLimits, read_xdm, write_xdm
from health_documents.xds.formats import cx_ins, dtm, xds_author
from health_documents.xds.write import SubmissionSet, entry_from_cda

METADATA = "IHE_XDM/SUBSET01/METADATA.XML"
DOCUMENT = "IHE_XDM/SUBSET01/DOC00001.XML"
PDF = b"%PDF-1.4\ntest\n"


@pytest.fixture
def submission(header: DocumentHeader) -> SubmissionSet:
    return SubmissionSet(
        unique_id="1.2.3.4",
        source_id="1.2.3",
        patient_id=cx_ins(header.patient),
        submission_time=dtm(header.effective_time),
        content_type=CONTENT_TYPES["SA33"],
        authors=(xds_author(header.authors[0]),),
    )


@pytest.fixture
def documents(header: DocumentHeader) -> list[XdmDocument]:
    written = [(rank, replace(header, id=f"1.2.3.{rank}")) for rank in (1, 2)]
    contents = [(rank, one, write_n1(one, PDF)) for rank, one in written]
    pdf = format_of_media("application/pdf")
    return [
        XdmDocument(entry_from_cda(one, data, pdf, entry_id=f"Document{rank:02d}"), data)
        for rank, one, data in contents
    ]


@pytest.fixture
def archive(submission: SubmissionSet, documents: list[XdmDocument], now: datetime) -> bytes:
    return write_xdm(submission, documents, made_at=now)


def members(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def zipped(files: dict[str, bytes]) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return output.getvalue()


def test_the_archive_has_the_tree_of_ihe_xdm(archive: bytes):
    assert list(members(archive)) == [
        "README.TXT",
        "INDEX.HTM",
        METADATA,
        DOCUMENT,
        "IHE_XDM/SUBSET01/DOC00002.XML",
    ]


def test_an_archive_reads_back_as_written(archive: bytes, submission: SubmissionSet, documents: list[XdmDocument]):
    read = read_xdm(archive)
    assert read.problems == ()
    assert read.submission_set == submission
    assert read.patient_id == "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH"
    assert [entry.content for entry in read.entries] == [document.content for document in documents]
    assert [entry.problems for entry in read.entries] == [(), ()]
    assert [entry.metadata.uri for entry in read.entries] == ["DOC00001.XML", "DOC00002.XML"]
    assert read.entries[1].content is not None
    assert read_document(read.entries[1].content).id.root == read.entries[1].metadata.unique_id


def test_the_same_values_give_the_same_archive(
    archive: bytes, submission: SubmissionSet, documents: list[XdmDocument], now: datetime
):
    assert write_xdm(submission, documents, made_at=now) == archive


def test_names_are_found_whatever_their_case(archive: bytes):
    read = read_xdm(zipped({name.lower(): content for name, content in members(archive).items()}))
    assert read.problems == ()
    assert read.entries[0].problems == ()


def test_titles_are_escaped_in_the_index(submission: SubmissionSet, documents: list[XdmDocument], now: datetime):
    hostile = replace(documents[0], entry=replace(documents[0].entry, title="<script>"))
    assert b"<script>" not in members(write_xdm(submission, [hostile], made_at=now))["INDEX.HTM"]


def test_an_archive_of_no_or_of_several_patients_is_not_written(
    submission: SubmissionSet, documents: list[XdmDocument], now: datetime
):
    stranger = replace(documents[1], entry=replace(documents[1].entry, patient_id="1^^^&1.2&ISO^NH"))
    with pytest.raises(InvalidContent):
        write_xdm(submission, [documents[0], stranger], made_at=now)
    with pytest.raises(InvalidContent):
        write_xdm(submission, [], made_at=now)


def test_a_document_that_changed_is_reported(archive: bytes):
    files = members(archive)
    first = read_xdm(zipped({**files, DOCUMENT: files[DOCUMENT] + b" "})).entries[0]
    assert [problem.fault for problem in first.problems] == ["altered"]
    assert "hash" in str(first.problems[0])
    assert "size" in str(first.problems[0])


def test_a_document_that_is_absent_is_reported(archive: bytes):
    files = members(archive)
    del files[DOCUMENT]
    first, second = read_xdm(zipped(files)).entries
    assert first.content is None
    assert "DOC00001.XML" in str(first.problems[0])
    assert second.problems == ()


def test_several_patients_and_missing_files_are_reported(archive: bytes):
    files = members(archive)
    metadata = files[METADATA].replace(b"279035121518989^^^&amp;", b"179035121518989^^^&amp;", 1)
    read = read_xdm(zipped({METADATA: metadata, DOCUMENT: files[DOCUMENT]}))
    assert [problem.fault for problem in read.problems] == ["tree", "tree", "patients"]
    assert "179035121518989" in str(read.problems[2])


@pytest.mark.parametrize(
    "name", ["../evil.xml", "/etc/passwd", "IHE_XDM/../../x", "a\\b", "C:/x", "./x", "a//b", "bad\x01name"]
)
def test_a_path_out_of_the_archive_is_refused(archive: bytes, name: str):
    with pytest.raises(XdmError):
        read_xdm(zipped({**members(archive), name: b"x"}))


def test_a_link_is_refused(archive: bytes):
    output = io.BytesIO(archive)
    with zipfile.ZipFile(output, "a") as opened:
        info = zipfile.ZipInfo("link")
        info.create_system = 3
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        opened.writestr(info, "/etc/passwd")
    with pytest.raises(XdmError, match="lien"):
        read_xdm(output.getvalue())


def test_an_archive_in_the_archive_is_refused(archive: bytes):
    with pytest.raises(XdmError, match="archive dans l'archive"):
        read_xdm(zipped({**members(archive), "nested.bin": archive}))


def test_a_zip_bomb_is_refused_before_it_is_inflated():
    bomb = zipped({METADATA: b"\0" * 40_000_000})
    assert len(bomb) < 100_000
    with pytest.raises(XdmError, match="taille admise"):
        read_xdm(bomb)


def test_a_bomb_of_many_members_is_refused_by_its_total(archive: bytes):
    files = {f"f{rank}": b"\0" * 1000 for rank in range(50)}
    with pytest.raises(XdmError, match="taille admise"):
        read_xdm(zipped(files), XdmLimits(total=20_000))
    with pytest.raises(XdmError, match="plus de 40 fichiers"):
        read_xdm(zipped(files), XdmLimits(members=40))
    with pytest.raises(XdmError, match="admis"):
        read_xdm(archive, XdmLimits(archive=100))


def test_a_member_whose_header_lies_about_its_size_is_refused():
    honest = zipped({METADATA: b"\0" * 100_000})
    at = honest.rindex(b"PK\x01\x02")
    lying = honest[: at + 24] + struct.pack("<I", 10) + honest[at + 28 :]
    with pytest.raises(XdmError):
        read_xdm(lying)


def test_an_encrypted_member_is_refused(archive: bytes):
    at = archive.index(b"PK\x01\x02")
    flagged = archive[: at + 8] + b"\x01" + archive[at + 9 :]
    with pytest.raises(XdmError, match="chiffré"):
        read_xdm(flagged)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_present_twice_is_refused(archive: bytes):
    output = io.BytesIO(archive)
    with zipfile.ZipFile(output, "a") as opened:
        opened.writestr(DOCUMENT.lower(), b"other")
    with pytest.raises(XdmError, match="deux fois"):
        read_xdm(output.getvalue())


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"PK\x03\x04 not a zip", id="not a zip"),
        pytest.param(zipped({"README.TXT": b""}), id="no metadata"),
        pytest.param(zipped({METADATA: b"<a>"}), id="malformed metadata"),
        pytest.param(zipped({METADATA: b"<!DOCTYPE a><a/>"}), id="metadata with a DTD"),
    ],
)
def test_what_is_no_xdm_archive_is_refused(data: bytes):
    with pytest.raises(XdmError):
        read_xdm(data)


def test_an_archive_that_was_cut_is_told_in_french(archive: bytes):
    with pytest.raises(XdmError, match="la fin du fichier manque"):
        read_xdm(archive[: len(archive) // 2])


def test_an_archive_damaged_anywhere_is_refused_or_reported_but_never_crashes(archive: bytes):
    for at in range(0, len(archive), 41):
        damaged = archive[:at] + bytes([archive[at] ^ 0xFF]) + archive[at + 1 :]
        try:
            read_xdm(damaged)
        except XdmError:
            continue
