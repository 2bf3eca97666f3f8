"""The table of document types: named level 1 writers, the type of what is read, the official samples."""

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from health_documents.cda.read import reader as cda_reader
from health_documents.cda.read.reader import read_document
from health_documents.cda.write import biology, dispensation, prescription, trod, vaccination
from health_documents.cda.write import n1 as cda_n1
from health_documents.cda.write.n1 import write_n1_named
from health_documents.codes.models import document_models, markdown_table, model_named
from health_documents.errors import InvalidContent
from health_documents.values.document import DocumentHeader

PDF = b"%PDF-1.4\ntest\n"
LEVEL_1 = [key for key, one in document_models().items() if one.level == 1]


@pytest.mark.parametrize("key", LEVEL_1)
def test_every_named_level_1_document_is_valid_and_reads_back_as_its_type(
    header: DocumentHeader, cda_schema: etree.XMLSchema, key: str
):
    data = write_n1_named(key, replace(header, title=""), PDF)
    cda_schema.assertValid(etree.fromstring(data))
    document = read_document(data)
    assert document.model == model_named(key)
    assert document.title == model_named(key).title


def test_a_level_3_type_and_an_unknown_name_are_no_level_1_documents(header: DocumentHeader):
    for key in ("prescription", "facture"):
        with pytest.raises(InvalidContent):
            write_n1_named(key, header, PDF)


@pytest.mark.parametrize("key", [key for key, one in document_models().items() if one.sample])
def test_the_official_sample_of_a_type_is_recognised(artefacts: Path, key: str):
    model = model_named(key)
    assert read_document((artefacts / "ExemplesCDA" / model.sample).read_bytes()).model == model


def test_every_reader_and_writer_of_the_table_exists():
    modules = (cda_n1, cda_reader, biology, dispensation, prescription, trod, vaccination)
    names = {name for module in modules for name in vars(module)}
    for model in document_models().values():
        assert {model.reader, model.writer} - {""} <= names


def test_the_table_has_a_line_for_each_type():
    assert markdown_table().count("\n") == len(document_models()) + 2
