"""The parameter file over real sockets: labelled, redirected by option, what the server holds to, how it is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree
from support.dmp_door import Dmp

from dmp_mock.codes.parameters import NAMESPACE, PATH, WEB_PS
from lgo_client.clock import Workplace
from lgo_client.parameters import ParameterFile


def _file(dmp: Dmp) -> ParameterFile:
    return ParameterFile(dmp.client(), dmp.site(""), Workplace())


def test_the_file_says_that_it_is_a_simulation_and_how_long_it_may_be_kept(dmp: Dmp) -> None:
    answer = dmp.client().get(dmp.site(PATH))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "max-age=86400")
    assert answer.headers["x-simulation"] == "DMP-PARAM-LPS"
    root = etree.fromstring(answer.content)
    assert root.tag == f"{{{NAMESPACE}}}param-lps"
    assert "SIMULATION" in str(root[0].text)
    values = {one.get("nom"): one.text for one in root.iterfind("{*}parametre")}
    assert values["cumul-invisible_patient-masque_ps"] == "false"
    assert values["url-web-ps-tableau-de-bord"] == f"{dmp.tenant.url('dmp_web')}/AccesDirect/TableauDeBord"
    assert WEB_PS.keys() <= values.keys()
    assert (dmp.exchanges()[0].operation, dmp.findings()) == ("param-lps", [])


def test_its_values_are_options(dmp: Dmp) -> None:
    dmp.configure(param_cumul_invisible_masque="oui", param_mineurs="non", param_majorite="16")
    parameters = _file(dmp).current()
    assert (parameters.cumul, parameters.minors, parameters.majority) == (True, False, 16)


@pytest.mark.parametrize("status", ["301", "302", "303"])
@pytest.mark.parametrize("tls", [False, True])
def test_by_option_the_file_is_elsewhere_and_the_reference_client_follows(dmp: Dmp, status: str, tls: bool) -> None:
    dmp.configure(param_redirect=status)
    answer = dmp.client().get(dmp.site(PATH, tls=tls))
    assert (answer.status_code, answer.headers["location"]) == (int(status), dmp.site(f"{PATH}.xml", tls=tls))
    assert ParameterFile(dmp.client(), dmp.site("", tls=tls), Workplace()).current().majority == 18


def test_a_client_that_never_read_the_file_is_told_after_a_day_of_calls(dmp: Dmp) -> None:
    dmp.test_existence()
    dmp.tenant.move(hours=23)
    _test_after_a_jump(dmp)
    assert dmp.findings() == []
    dmp.tenant.move(hours=2)
    _test_after_a_jump(dmp)
    assert dmp.findings() == ["DMP-PARAM-AGE"]
    assert dmp.exchanges()[0].findings[0].received == "aucune lecture de param-lps en 25 h d'appels"
    _file(dmp).current()
    _test_after_a_jump(dmp)
    assert dmp.findings() == []
    assert "DMP-PARAM-AGE" in dmp.kept()


def _test_after_a_jump(dmp: Dmp) -> None:
    """Send TD0.2 with a VIHF that whole seconds do not put before the jump of the clock."""
    dmp.test_existence(dmp.indirect(issued=datetime.now(UTC) + timedelta(seconds=2)))


def test_another_method_is_no_parameter_file(dmp: Dmp) -> None:
    assert dmp.client().post(dmp.site(PATH)).status_code == 404
    assert "SANDBOX-CHEMIN" in dmp.findings()
