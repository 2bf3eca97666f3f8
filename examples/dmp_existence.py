"""DMP: the existence test (TD0.2) for patients whose DMP is open, absent, closed or not authorised.

    lgo-sandbox exec -- python examples/dmp_existence.py martin-claire fournier-ines

The VIHF and the SOAP message come from the reference client (``lgo_client``), which is there to be read.
"""

import sys

from lgo_client.clock import Workplace
from lgo_client.dmp import Access, Dmp
from lgo_client.environment import Environment
from lgo_client.transport import http_client
from lgo_client.vihf import Mode, Software, VihfWriter, ins_cx

PATIENTS = ("martin-claire", "fournier-ines", "roux-gerard", "blanc-nathalie")


def existence(environment: Environment, patient_id: str) -> Access:
    """Ask for one patient, as the titulaire, with the pharmacy's certificates (INDIRECTE)."""
    workplace = Workplace()
    writer = VihfWriter(
        Mode.INDIRECT,
        environment.person("titulaire"),
        environment.structure("officine"),
        environment.certificate("org-sign"),
        Software("MON-LGO", "1.0", workplace.uuid(), "SANDBOX000001"),
        workplace,
    )
    with http_client(environment.ca, environment.certificate("org-auth")) as http:
        dmp = Dmp(http, environment.url("dmp"), writer, workplace, "2.25.1")
        return dmp.existence(ins_cx(environment.patient(patient_id).matricule))


if __name__ == "__main__":
    environment = Environment.load()
    for patient in sys.argv[1:] or PATIENTS:
        print(f"{patient:16}", existence(environment, patient))
