from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from support.process import environment

from lgo_sandbox.pki import (
    PASSWORD,
    Judgement,
    Kind,
    OrganisationHolder,
    PeerCertificate,
    PersonHolder,
    Pki,
    PkiError,
    Variant,
    ready_certificates,
    session_of,
)

NOW = datetime.now(UTC).replace(microsecond=0)
YEAR = timedelta(days=365)

VERDICTS = {
    Variant.GOOD: Judgement.OK,
    Variant.EXPIRED: Judgement.EXPIRED,
    Variant.REVOKED: Judgement.REVOKED,
    Variant.WRONG_CA: Judgement.WRONG_AUTHORITY,
    Variant.NOT_YET_VALID: Judgement.NOT_YET_VALID,
    Variant.WRONG_HOST: Judgement.OK,
    Variant.SELF_SIGNED: Judgement.WRONG_AUTHORITY,
    Variant.UNREACHABLE: Judgement.OK,
}


def run(tool: str, *arguments: str) -> str:
    if not (program := shutil.which(tool)):
        pytest.skip(f"the {tool} program is not installed")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def openssl(*arguments: str) -> str:
    return run("openssl", *arguments)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("variant", Variant)
def test_each_variant_of_each_kind_is_judged_for_what_it_is(
    pki: Pki, pharmacy: OrganisationHolder, pharmacist: PersonHolder, kind: Kind, variant: Variant
) -> None:
    holder = pharmacist if kind.startswith("cps") else pharmacy
    certificate = pki.issue(kind, holder=holder, variant=variant).certificate()
    assert pki.judge(certificate, NOW) is VERDICTS[variant]


def test_validity_is_judged_at_the_moment_given_not_now(pki: Pki, pharmacy: OrganisationHolder) -> None:
    certificate = pki.issue("org-auth", holder=pharmacy).certificate()
    assert pki.judge(certificate, certificate.not_before) is Judgement.OK
    assert pki.judge(certificate, certificate.not_after) is Judgement.OK
    assert pki.judge(certificate, certificate.not_before - timedelta(seconds=1)) is Judgement.NOT_YET_VALID
    assert pki.judge(certificate, certificate.not_after + timedelta(seconds=1)) is Judgement.EXPIRED


def test_a_session_set_back_half_a_year_finds_good_certificates_good(pki: Pki, pharmacy: OrganisationHolder) -> None:
    issue = {variant: pki.issue("org-auth", holder=pharmacy, variant=variant) for variant in ("good", "expired")}
    assert pki.judge(issue["good"].certificate(), NOW - YEAR / 2) is Judgement.OK
    assert pki.judge(issue["expired"].certificate(), NOW - YEAR / 2) is Judgement.EXPIRED


def test_a_certificate_of_another_installation_has_a_wrong_authority(
    pki: Pki, stranger: Pki, pharmacy: OrganisationHolder
) -> None:
    assert pki.judge(stranger.issue("org-auth", holder=pharmacy).certificate(), NOW) is Judgement.WRONG_AUTHORITY


def test_a_certificate_changed_after_signature_has_a_wrong_authority(pki: Pki, pharmacy: OrganisationHolder) -> None:
    der = pki.issue("org-auth", holder=pharmacy).certificate().der
    forged = PeerCertificate.from_der(der.replace(b"10B0990017", b"10B0990025"))
    assert forged.organisational_unit == "10B0990025"
    assert pki.judge(forged, NOW) is Judgement.WRONG_AUTHORITY


def test_revoking_counts_from_its_date_and_for_every_reader_of_the_directory(
    pki: Pki, pharmacy: OrganisationHolder
) -> None:
    other_process = Pki.open(pki.directory)
    certificate = pki.issue("org-auth", holder=pharmacy, name="to-revoke").certificate()
    assert other_process.judge(certificate, NOW) is Judgement.OK
    pki.revoke(certificate, NOW)
    assert other_process.judge(certificate, NOW) is Judgement.REVOKED
    assert pki.judge(certificate, NOW - timedelta(seconds=1)) is Judgement.OK


def test_a_stranger_cannot_be_revoked(pki: Pki, stranger: Pki, pharmacy: OrganisationHolder) -> None:
    certificate = stranger.issue("org-auth", holder=pharmacy).certificate()
    with pytest.raises(ValueError, match="not a certificate of this sandbox"):
        pki.revoke(certificate, NOW)


def test_a_revocation_list_is_signed_and_holds_what_was_revoked_by_then(pki: Pki, pharmacy: OrganisationHolder) -> None:
    certificate = pki.issue("org-sign", holder=pharmacy, name="listed-later").certificate()
    pki.revoke(certificate, NOW)
    before, after = (x509.load_der_x509_crl(pki.crl("ACI-EL-ORG", at)) for at in (NOW - YEAR, NOW))
    authority = x509.load_pem_x509_certificate(pki.certificate_of("ACI-EL-ORG"))
    key = authority.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert after.is_signature_valid(key)
    assert after.next_update_utc is not None
    assert after.next_update_utc > after.last_update_utc == NOW
    assert before.get_revoked_certificate_by_serial_number(certificate.serial) is None
    assert after.get_revoked_certificate_by_serial_number(certificate.serial) is not None


@pytest.mark.parametrize("name", ["", "ACI-EL", "../ca/ACR-EL"])
def test_an_unknown_authority_is_a_key_error(pki: Pki, name: str) -> None:
    with pytest.raises(KeyError):
        pki.crl(name, NOW)
    with pytest.raises(KeyError):
        pki.certificate_of(name)


@pytest.mark.parametrize("kind", Kind)
def test_openssl_verifies_the_chain_strictly_with_our_revocation_lists(
    pki: Pki, pharmacy: OrganisationHolder, pharmacist: PersonHolder, tmp_path: Path, kind: Kind
) -> None:
    holder = pharmacist if kind.startswith("cps") else pharmacy
    good, revoked = (pki.issue(kind, holder=holder, variant=variant) for variant in ("good", "revoked"))
    lists = tmp_path / "lists.pem"
    found = [x509.load_der_x509_crl(pki.crl(name, NOW)) for name in ("ACR-EL", "ACI-EL-ORG", "ACI-FO-PP")]
    lists.write_bytes(b"".join(one.public_bytes(serialization.Encoding.PEM) for one in found))
    options = ("-x509_strict", "-crl_check_all", "-CRLfile", str(lists), "-CAfile", str(pki.ca_bundle))
    assert "OK" in openssl("verify", *options, str(good.cert))
    assert "certificate revoked" in openssl("verify", *options, str(revoked.cert))


def test_openssl_reads_subject_and_order_of_a_card(pki: Pki, pharmacist: PersonHolder) -> None:
    cert = str(pki.issue("cps-auth", holder=pharmacist).cert)
    printed = openssl("x509", "-in", cert, "-noout", "-subject", "-nameopt", "utf8,sep_comma_plus_space")
    head, _, identity = re.sub(" ?= ?", "=", printed.strip()).partition(", title=Pharmacien, ")
    assert head == "subject=C=FR"
    assert set(identity.split(" + ")) == {"SN=VALMONT", "GN=HÉLÈNE", "CN=899700090014"}


def test_pkcs12_files_open_with_the_documented_password(pki: Pki, pharmacy: OrganisationHolder) -> None:
    issued = pki.issue("org-auth", holder=pharmacy)
    key, certificate, above = pkcs12.load_key_and_certificates(issued.p12.read_bytes(), issued.password.encode())
    assert issued.password == PASSWORD
    assert certificate is not None
    assert certificate == x509.load_pem_x509_certificate(issued.cert.read_bytes())
    assert key is not None
    assert key.public_key() == certificate.public_key()
    assert len(above) == 1


def test_openssl_without_legacy_provider_reads_the_pkcs12(pki: Pki, pharmacy: OrganisationHolder) -> None:
    issued = pki.issue("org-auth", holder=pharmacy)
    printed = openssl("pkcs12", "-in", str(issued.p12), "-passin", f"pass:{PASSWORD}", "-nodes")
    assert "BEGIN PRIVATE KEY" in printed
    assert "friendlyName: org-auth" in printed


def test_the_java_trust_store_holds_what_the_bundle_holds(pki: Pki) -> None:
    store = pkcs12.load_pkcs12(pki.ca_p12.read_bytes(), PASSWORD.encode())
    bundle = x509.load_pem_x509_certificates(pki.ca_bundle.read_bytes())
    assert {one.certificate for one in store.additional_certs} == set(bundle)
    assert len(bundle) == 3


def test_java_reads_both_stores(pki: Pki, pharmacy: OrganisationHolder) -> None:
    options = ("-list", "-storetype", "PKCS12", "-storepass", PASSWORD, "-keystore")
    issued = pki.issue("org-auth", holder=pharmacy)
    assert run("keytool", *options, str(pki.ca_p12)).count("trustedCertEntry") == 3
    assert run("keytool", *options, str(issued.p12)).count("PrivateKeyEntry") == 1


def test_the_wrong_authority_is_only_in_the_bundle_of_the_listeners(pki: Pki) -> None:
    public, private = (x509.load_pem_x509_certificates(p.read_bytes()) for p in (pki.ca_bundle, pki.trust_bundle))
    (wrong,) = set(private) - set(public)
    assert "IGC-SANTE" not in wrong.subject.rfc4514_string()


def test_the_chain_is_the_leaf_then_its_intermediate(pki: Pki, pharmacy: OrganisationHolder) -> None:
    leaf, above = x509.load_pem_x509_certificates(pki.issue("org-auth", holder=pharmacy).chain.read_bytes())
    assert leaf.issuer == above.subject
    leaf.verify_directly_issued_by(above)


def test_a_certificate_is_tied_to_its_session_and_none_to_default(pki: Pki, pharmacy: OrganisationHolder) -> None:
    tied, free = (pki.issue("org-auth", holder=pharmacy, session=name) for name in ("equipe-a", "default"))
    assert tied.certificate().session == "equipe-a"
    assert session_of(x509.load_pem_x509_certificate(tied.cert.read_bytes())) == "equipe-a"
    assert free.certificate().session is None
    assert tied.cert.parent == pki.directory / "issued" / "equipe-a"
    assert tied.key == free.key


@pytest.mark.parametrize("session", ["", "..", "A", "a/b", "-a", "a" * 33])
def test_a_session_that_is_no_slug_is_refused(pki: Pki, pharmacy: OrganisationHolder, session: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        pki.issue("org-auth", holder=pharmacy, session=session)


def test_forgetting_a_session_deletes_its_files_only(pki: Pki, pharmacy: OrganisationHolder) -> None:
    kept = pki.issue("org-auth", holder=pharmacy)
    gone = pki.issue("org-auth", holder=pharmacy, session="ephemere")
    pki.forget("ephemere")
    pki.forget("never-was")
    assert not gone.cert.exists()
    assert kept.cert.exists()
    assert pki.issue("org-auth", holder=pharmacy, session="ephemere").cert.exists()


def test_asking_again_gives_the_same_certificate(pki: Pki, pharmacy: OrganisationHolder) -> None:
    first = pki.issue("mss-app", holder=pharmacy).certificate()
    assert Pki.open(pki.directory).issue("mss-app", holder=pharmacy).certificate() == first


def test_asking_for_other_content_under_the_same_name_makes_another(pki: Pki, pharmacy: OrganisationHolder) -> None:
    first, second = (pki.issue("org-auth", holder=pharmacy, name="renamed", common_name=cn) for cn in ("A", "B"))
    assert first.cert == second.cert
    assert second.certificate().common_name == "B"


def test_a_chosen_validity_is_kept(pki: Pki, pharmacy: OrganisationHolder) -> None:
    issued = pki.issue("org-auth", holder=pharmacy, validity=(NOW, NOW + timedelta(hours=1)), name="one-hour")
    again = pki.issue("org-auth", holder=pharmacy, validity=(NOW, NOW + timedelta(hours=1)), name="one-hour")
    assert issued.certificate().not_after == NOW + timedelta(hours=1)
    assert again.certificate() == issued.certificate()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no POSIX modes")
def test_private_keys_are_readable_by_their_owner_only(pki: Pki, pharmacy: OrganisationHolder) -> None:
    issued = pki.issue("org-auth", holder=pharmacy)
    for path in (issued.key, issued.p12, pki.directory / "ca" / "ACR-EL.key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_another_crl_address_renews_servers_and_spares_clients_and_roots(
    started_directory: Path, pharmacy: OrganisationHolder
) -> None:
    before = Pki.open(started_directory, crl_base_url="http://127.0.0.1:8080/crl")
    root, client, server = (
        before.certificate_of("ACR-EL"),
        before.issue("org-auth", holder=pharmacy).certificate(),
        before.issue("server").certificate(),
    )
    after = Pki.open(started_directory, crl_base_url="http://127.0.0.1:9000/crl/")
    renewed = after.issue("server")
    assert after.certificate_of("ACR-EL") == root
    assert after.issue("org-auth", holder=pharmacy).certificate() == client
    assert renewed.certificate() != server
    assert b"http://127.0.0.1:9000/crl/ACI-EL-ORG.crl" in renewed.certificate().der
    assert after.judge(server, NOW) is after.judge(client, NOW) is Judgement.OK
    intermediate = x509.load_pem_x509_certificate(after.certificate_of("ACI-EL-ORG"))
    assert b"http://127.0.0.1:9000/crl/ACR-EL.crl" in intermediate.public_bytes(serialization.Encoding.DER)


def test_processes_that_start_at_once_share_one_pki(own_directory: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from lgo_sandbox.pki import *\n"
        "pki = Pki.open(Path(sys.argv[1]))\n"
        "issued = pki.issue('org-auth', holder=OrganisationHolder('officine', '10B0990017', 'PHARMACIE'))\n"
        "print(pki.certificate_of('ACR-EL').hex(), issued.certificate().fingerprint)"
    )
    command = [sys.executable, "-c", script, str(own_directory)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, env=environment()) for _ in range(3)]
    answers = {process.communicate()[0] for process in running}
    assert [process.returncode for process in running] == [0, 0, 0]
    assert len(answers) == 1


def test_an_interrupted_first_start_is_made_good(started_directory: Path, pharmacy: OrganisationHolder) -> None:
    lost = Pki.open(started_directory).issue("org-auth", holder=pharmacy).certificate()
    (started_directory / "pki.json").unlink()
    again = Pki.open(started_directory)
    assert again.judge(lost, NOW) is Judgement.WRONG_AUTHORITY
    assert again.judge(again.issue("org-auth", holder=pharmacy).certificate(), NOW) is Judgement.OK


@pytest.mark.parametrize("content", ["{", "[]", '{"format": 99}'])
def test_a_damaged_or_foreign_directory_is_refused_with_advice(own_directory: Path, content: str) -> None:
    own_directory.mkdir()
    (own_directory / "pki.json").write_text(content)
    with pytest.raises(PkiError, match="delete"):
        Pki.open(own_directory)


def test_a_missing_authority_key_is_refused_with_advice(started_directory: Path, pharmacy: OrganisationHolder) -> None:
    (started_directory / "ca" / "ACI-EL-ORG.key").unlink()
    with pytest.raises(PkiError, match="delete"):
        Pki.open(started_directory).issue("org-auth", holder=pharmacy, name="another")


def test_the_ready_file_has_every_kind_good_and_bad(
    pki: Pki, pharmacy: OrganisationHolder, pharmacist: PersonHolder
) -> None:
    ready = ready_certificates(pki, pharmacy, [pharmacist])
    kinds = ("org-auth", "org-sign", "psc-client", "mss-app", "cps-titulaire-auth", "cps-titulaire-sign")
    assert set(ready) == {kind + end for kind in kinds for end in ("", "-expired", "-revoked", "-wrongca")}
    for name, issued in ready.items():
        assert issued.name == name
        assert set(issued.entry()) == {"cert", "key", "p12", "password"}
        assert all(path.is_absolute() and path.is_file() for path in (issued.cert, issued.key, issued.p12))
