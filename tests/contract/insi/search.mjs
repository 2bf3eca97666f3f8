// The npm package soap, from our description alone: what it is told on the standard input (JSON), answers on the output.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const asked = JSON.parse(readFileSync(0, "utf-8"));
const soap = createRequire(asked.modules + "/")("soap");

const client = await soap.createClientAsync(asked.wsdl, { forceSoap12Headers: true });
client.setSecurity(new soap.ClientSSLSecurity(asked.key, asked.cert, asked.ca));
const now = new Date().toISOString();
const software = { IDAM: { attributes: { R: "4" }, $value: "LGOSANDBOX01" }, Nom: "urn:lps:node:1.0" };
const headers = [
  [{ ContexteLPS: { attributes: { Nature: "CTXLPS", Version: "01_00" }, Id: "n-1", Temps: now, LPS: software } }, "lps"],
  [{ MessageID: "uuid:0a1b2c3d-0000-4000-8000-00000000000e" }, "wsa"],
  [{ Action: "urn:ServiceIdentiteCertifiee:1.0.0:" + asked.operation }, "wsa"],
  [{ ContexteBAM: { attributes: { Version: "01_02" }, Id: "n-2", Temps: now, COUVERTURE: {} } }, "bam"],
];
const namespaces = {
  lps: "urn:siram:lps:ctxlps",
  bam: "urn:siram:bam:ctxbam",
  wsa: "http://www.w3.org/2005/08/addressing",
};
for (const [block, prefix] of headers) client.addSoapHeader(block, "", prefix, namespaces[prefix]);
try {
  const [answer] = await client[asked.operation + "Async"](asked.body);
  console.log(JSON.stringify(answer));
} catch (refused) {
  const found = /siram:Erreur[^>]* code="([^"]+)"/.exec(refused.body ?? "");
  console.log(JSON.stringify({ fault: String(refused.message), erreur: found ? found[1] : "" }));
}
