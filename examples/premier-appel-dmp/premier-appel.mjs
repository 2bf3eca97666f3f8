// Premier appel au DMP (TD0.2) en JavaScript : Node.js 18 ou plus, sans aucune bibliothèque.
//
//     node examples/premier-appel-dmp/premier-appel.mjs
//
// Une signature XML se calcule sur une forme canonique. Ici le VIHF est écrit d'emblée sous sa forme canonique exclusive :
// attributs triés, déclarations d'espaces de noms en tête, aucune balise vide. Il n'y a alors plus rien à canoniser.
import { createHash, createSign, randomUUID, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { request } from "node:https";

const PRET = JSON.parse(readFileSync(process.env.LGO_SANDBOX_READY ?? ".lgo-sandbox/ready.json", "utf8"));
const [PATIENT, OID] = ["256036330091838", "1.2.250.1.213.1.4.8"];
const ACTION = "urn:hl7-org:v3:PRPA_IN201307UV02";
const MAINTENANT = new Date().toISOString().replace(/\.\d+Z$/, "Z");
const DS = "http://www.w3.org/2000/09/xmldsig#";
const EXC = "http://www.w3.org/2001/10/xml-exc-c14n#";

const echappe = (texte) => texte.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const attribut = (nom, ...valeurs) =>
  `<saml2:Attribute Name="${nom}">${valeurs.map((v) => `<saml2:AttributeValue>${v}</saml2:AttributeValue>`).join("")}</saml2:Attribute>`;
const code = (element, valeur, oid, libelle) =>
  `<${element} xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" code="${valeur}" codeSystem="${oid}" displayName="${libelle}" xsi:type="CE"></${element}>`;

// Le sujet du certificat, du dernier RDN au premier (RFC 2253) ; un DN qui contient des virgules demande un échappement.
const sujet = (certificat) => certificat.subject.split("\n").reverse().join(",");

function vihf(certificat) {
  const id = `_${randomUUID()}`;
  const tete =
    `<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" IssueInstant="${MAINTENANT}" Version="2.0">` +
    `<saml2:Issuer Format="urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName">${echappe(sujet(certificat))}</saml2:Issuer>`;
  const suite =
    "<saml2:Subject><saml2:NameID>899700090014</saml2:NameID></saml2:Subject>" +
    `<saml2:AuthnStatement AuthnInstant="${MAINTENANT}"><saml2:AuthnContext><saml2:AuthnContextClassRef>` +
    "urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement>" +
    "<saml2:AttributeStatement>" +
    attribut("Identifiant_Structure", "10B0990017") +
    attribut("Secteur_Activite", "SA33^1.2.250.1.71.4.2.4") +
    attribut("urn:oasis:names:tc:xspa:1.0:subject:subject-id", "Hélène VALMONT") +
    attribut(
      "urn:oasis:names:tc:xacml:2.0:subject:role",
      code("Role", "21", "1.2.250.1.71.1.2.7", "Pharmacien"),
      code("Role", "A", "1.2.250.1.71.4.2.6", "Pharmacien titulaire d'officine"),
    ) +
    attribut("VIHF_Version", "3.0") +
    attribut("Authentification_mode", "INDIRECTE") +
    attribut("urn:oasis:names:tc:xacml:2.0:resource:resource-id", `${PATIENT}^^^&amp;${OID}&amp;ISO^NH`) +
    attribut("Ressource_URN", "urn:dmp") +
    attribut("urn:oasis:names:tc:xspa:1.0:subject:purposeofuse", code("PurposeOfUse", "normal", "1.2.250.1.213.1.1.4.248", "Accès normal")) +
    attribut("LPS_ID", "01.01.01.01") +
    attribut("LPS_Nom", "MON-LGO") +
    attribut("LPS_Version", "1.0") +
    attribut("LPS_ID_HOMOLOGATION_DMP", "SANDBOX000001") +
    "</saml2:AttributeStatement></saml2:Assertion>";
  return { id, tete, suite };
}

function signature({ id, tete, suite }, certificat, cle) {
  const empreinte = createHash("sha256").update(tete + suite, "utf8").digest("base64");
  const signedInfo =
    `<ds:SignedInfo xmlns:ds="${DS}"><ds:CanonicalizationMethod Algorithm="${EXC}"></ds:CanonicalizationMethod>` +
    '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>' +
    `<ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="${DS}enveloped-signature"></ds:Transform>` +
    `<ds:Transform Algorithm="${EXC}"></ds:Transform></ds:Transforms>` +
    '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>' +
    `<ds:DigestValue>${empreinte}</ds:DigestValue></ds:Reference></ds:SignedInfo>`;
  const valeur = createSign("RSA-SHA256").update(signedInfo, "utf8").sign(cle, "base64");
  return (
    `<ds:Signature xmlns:ds="${DS}">${signedInfo}<ds:SignatureValue>${valeur}</ds:SignatureValue><ds:KeyInfo><ds:X509Data>` +
    `<ds:X509Certificate>${certificat.raw.toString("base64")}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>`
  );
}

const corps =
  '<PRPA_IN201307UV02 xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ITSVersion="XML_1.0">' +
  `<id root="2.25.1" extension="${randomUUID()}"/><creationTime value="20260315100000"/>` +
  '<interactionId root="2.16.840.1.113883.1.6" extension="PRPA_IN201307UV02"/><processingCode code="D"/>' +
  '<processingModeCode code="T"/><acceptAckCode code="AL"/><receiver typeCode="RCV"><device classCode="DEV" ' +
  'determinerCode="INSTANCE"><id root="1.2.250.1.213.4.1.1.1"/><softwareName>DMP</softwareName></device></receiver>' +
  '<sender typeCode="SND"><device classCode="DEV" determinerCode="INSTANCE"><id root="2.25.1"/>' +
  '<softwareName>MON-LGO</softwareName></device></sender><attentionLine xsi:nil="true"/>' +
  '<controlActProcess classCode="CACT" moodCode="EVN"><code code="PRPA_TE201307UV02" codeSystem="2.16.840.1.113883.1.6"/>' +
  '<reasonCode code="TEST_EXST" codeSystem="1.2.250.1.213.1.1.4.11"/><queryByParameter>' +
  `<queryId root="2.25.1" extension="${randomUUID()}"/><statusCode code="new"/><parameterList><dataSource xsi:nil="true"/>` +
  `<patientIdentifier><value root="${OID}" extension="${PATIENT}"/><semanticsText>Patient.id</semanticsText></patientIdentifier>` +
  "</parameterList></queryByParameter></controlActProcess></PRPA_IN201307UV02>";

const cachet = PRET.certificates["org-sign"];
const certificat = new X509Certificate(readFileSync(cachet.cert));
const assertion = vihf(certificat);
const signee = assertion.tete + signature(assertion, certificat, readFileSync(cachet.key)) + assertion.suite;
const url = `${PRET.services.dmp.https}/si-dmp-server/v2/services/patients`;
const message =
  '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing">' +
  `<soap:Header><wsa:Action soap:mustUnderstand="true">${ACTION}</wsa:Action><wsa:MessageID>urn:uuid:${randomUUID()}</wsa:MessageID>` +
  `<wsa:To>${url}</wsa:To><wsa:ReplyTo><wsa:Address>http://www.w3.org/2005/08/addressing/anonymous</wsa:Address></wsa:ReplyTo>` +
  '<wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">' +
  `${signee}</wsse:Security></soap:Header><soap:Body>${corps}</soap:Body></soap:Envelope>`;

const tls = PRET.certificates["org-auth"];
const appel = request(
  url,
  {
    method: "POST",
    ca: readFileSync(PRET.ca),
    cert: readFileSync(tls.chain ?? tls.cert),
    key: readFileSync(tls.key),
    headers: { "Content-Type": `application/soap+xml; charset=UTF-8; action="${ACTION}"`, "Content-Length": Buffer.byteLength(message) },
  },
  (reponse) => {
    const morceaux = [];
    reponse.on("data", (morceau) => morceaux.push(morceau));
    reponse.on("end", () => {
      const texte = Buffer.concat(morceaux).toString("utf8");
      const trouve = /queryResponseCode[^>]*code="(\w+)"/.exec(texte);
      const autorisation = /attentionLine[\s\S]*?<[^>]*value[^>]*code="(\w+)"/.exec(texte);
      console.log(reponse.statusCode, trouve?.[1], autorisation?.[1]);
    });
  },
);
appel.end(message);
