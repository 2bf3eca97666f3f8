import pytest
from lxml import etree

from health_documents.xml import MAX_DEPTH, MalformedXml, parse, serialize


@pytest.mark.parametrize(
    "data",
    [
        b"<a/>",
        b"\xef\xbb\xbf<a/>",
        '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'.encode("latin-1"),
        '<?xml version="1.0" encoding="utf-16"?><a>é</a>'.encode("utf-16"),
        b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH,
    ],
)
def test_well_formed_xml_is_read(data: bytes):
    assert parse(data).tag == "a"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<a>", id="truncated"),
        pytest.param(b"<a/><b/>", id="two roots"),
        pytest.param(b"<a>\xff</a>", id="no UTF-8"),
        pytest.param(b'<?xml version="1.0" encoding="UTF-7"?><a/>', id="UTF-7"),
        pytest.param(b'<?xml version="1.0" encoding="nonsense"?><a/>', id="unknown encoding"),
        pytest.param(b"<a>&unknown;</a>", id="undeclared entity"),
        pytest.param(b"<!DOCTYPE a><a/>", id="empty DTD"),
        pytest.param(b"<!DOCTYPE a []><a/>", id="empty internal subset"),
        pytest.param(b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>', id="external DTD"),
        pytest.param(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', id="internal entity"),
        pytest.param(b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', id="external entity"),
        pytest.param(b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1), id="too deep"),
        pytest.param(b"<a>" * 100_000, id="much too deep"),
        pytest.param(b"<a>" + b"x" * 10_100_000 + b"</a>", id="huge text"),
    ],
)
def test_hostile_or_broken_xml_is_refused_with_a_reason(data: bytes):
    with pytest.raises(MalformedXml) as refusal:
        parse(data)
    assert refusal.value.reason


LONG = b"x" * 10_100_000
ENTITIES = b'<!DOCTYPE a [<!ENTITY b "c">]>'


@pytest.mark.parametrize(
    "start", [b"", b"\xef\xbb\xbf", b'<?xml version="1.0"?>', b"<?xml version='1.0' encoding='iso-8859-1'?>\n<!-- -->"]
)
def test_a_long_text_is_read_where_it_is_expected(start: bytes):
    assert parse(start + b"<a>" + LONG + b"</a>", long_texts=True).text == LONG.decode()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(ENTITIES + b"<a>" + LONG + b"</a>", id="DOCTYPE"),
        pytest.param(b"<a/>".join([ENTITIES.lower(), LONG]), id="no DOCTYPE, no XML"),
        pytest.param((ENTITIES + b"<a>" + LONG + b"</a>").decode().encode("utf-16"), id="hidden in UTF-16"),
        pytest.param((ENTITIES + b"<a>" + LONG + b"</a>").decode().encode("utf-16-le"), id="hidden in bare UTF-16"),
        pytest.param(b'<?xml version="1.0" encoding="UTF-7"?><a>' + LONG + b"</a>", id="hidden in UTF-7"),
    ],
)
def test_a_long_text_is_refused_where_entities_could_hide(data: bytes):
    with pytest.raises(MalformedXml):
        parse(data, long_texts=True)


def test_a_limit_of_size_or_depth_can_be_lowered():
    with pytest.raises(MalformedXml, match="5 admis"):
        parse(b"<abc/>", max_bytes=5)
    with pytest.raises(MalformedXml, match="1 niveaux"):
        parse(b"<a><b/></a>", max_depth=1)
    assert parse(b"<a/>", max_bytes=4, max_depth=1).tag == "a"


def test_an_element_is_written_in_utf_8_without_its_tail():
    root = etree.fromstring("<a><b>é</b>tail</a>")
    assert serialize(root[0], declaration=False) == "<b>é</b>".encode()
    assert serialize(root[0], declaration=True).startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
