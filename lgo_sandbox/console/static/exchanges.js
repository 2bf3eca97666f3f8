// The live list of exchanges and the one that is open.

import { ask, byId, element, facts } from "/console/dom.js";

const KEPT = 500;
const FINDING_FIELDS = [["Reçu", "received"], ["Attendu", "expected"], ["Remède", "remedy"]];
const OUTCOMES = { answered: "répondu", refused: "refusé", error: "défaut du bac à sable", fault: "panne simulée",
  aborted: "abandonné par le client" };
const CONFIDENCE = { H: "source lue", M: "source partielle", L: "déduction" };

let source = null;
let session = "";
let shown = [];
let current = "";

export async function follow(name) {
  source?.close();
  session = encodeURIComponent(name);
  current = "";
  clearDetail();
  const { exchanges, last } = await ask(`/sessions/${session}/exchanges?limit=${KEPT}`);
  shown = exchanges;
  draw();
  const linked = /^#\/trafic\/(x[0-9a-f]+)/.exec(window.location.hash);
  if (linked) show(linked[1]);
  source = new EventSource(`/_sandbox/v1/sessions/${session}/events?after=${last}`);
  source.addEventListener("exchange", (event) => add(JSON.parse(event.data)));
  source.addEventListener("reset", () => { shown = []; current = ""; clearDetail(); draw(); });
  source.addEventListener("end", () => { source.close(); byId("state").textContent = "Cette session n'existe plus."; });
  source.onerror = () => { byId("state").textContent = "Le bac à sable ne répond plus ; nouvel essai…"; };
  source.onopen = () => { byId("state").textContent = "En direct."; };
}

function add(exchange) {
  shown.push(exchange);
  shown = shown.slice(-KEPT);
  if (!wanted(exchange)) return count();
  byId("exchanges").prepend(line(exchange));
  while (byId("exchanges").children.length > KEPT) byId("exchanges").lastElementChild.remove();
  count();
}

export function draw() {
  byId("exchanges").replaceChildren(...shown.filter(wanted).reverse().map(line));
  count();
}

function wanted(exchange) {
  const service = byId("service").value;
  return (!service || exchange.service === service) && (!byId("only-findings").checked || exchange.findings.length > 0);
}

function count() {
  const lines = byId("exchanges").children.length;
  const found = shown.reduce((sum, exchange) => sum + exchange.findings.length, 0);
  byId("count").textContent = `${plural(lines, "échange")}, ${plural(found, "constat")}`;
  byId("no-exchange").hidden = lines > 0;
}

const plural = (number, word) => `${number} ${word}${number > 1 ? "s" : ""}`;

const time = (iso) => new Date(iso).toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

function line(exchange) {
  const open = element("button", { type: "button", class: "open short" }, exchange.summary || exchange.operation || exchange.target);
  open.addEventListener("click", () => show(exchange.id));
  const operation = exchange.summary ? element("div", { class: "soft short" }, exchange.operation || exchange.target) : "";
  return element("tr", { role: "row", "data-id": exchange.id, "aria-current": exchange.id === current ? "true" : null },
    cell("time", time(exchange.started)),
    cell("service", exchange.service),
    cell("what", open, operation),
    cell("number", exchange.status || "–"),
    cell("number", `${Math.round(exchange.duration_ms)} ms`),
    cell("found", badge(exchange.findings.length)));
}

// On a phone the table is laid out as blocks: the roles say that it still is one.
const cell = (name, ...content) => element("td", { role: "cell", class: name }, ...content);

function badge(number) {
  const label = number ? plural(number, "constat") : "aucun constat";
  return element("span", { class: `badge ${number ? "bad" : "none"}`, title: label },
    element("span", { "aria-hidden": "true" }, number || "✓"), hiddenText(label));
}

const hiddenText = (text) => element("span", { class: "skip" }, text);

function clearDetail() {
  const text = "Choisissez un échange pour le lire, brut et décodé, avec ses constats.";
  byId("detail").replaceChildren(element("p", { class: "empty" }, text));
}

async function show(id) {
  current = id;
  for (const tr of byId("exchanges").children) {
    if (tr.dataset.id === id) tr.setAttribute("aria-current", "true");
    else tr.removeAttribute("aria-current");
  }
  try {
    const answer = await ask(`/sessions/${session}/exchanges/${encodeURIComponent(id)}`);
    if (current === id) byId("detail").replaceChildren(...detail(answer));
  } catch (error) {
    byId("detail").replaceChildren(element("p", { class: "empty" }, error.message));
  }
  byId("detail").focus({ preventScroll: window.innerWidth > 990 });
}

function detail({ exchange, decoded }) {
  return [
    element("h3", { class: "short" }, decoded.summary || exchange.summary || exchange.target),
    facts(overview(exchange)),
    ...findings(exchange.findings),
    ...side("Demande décodée", decoded.request),
    ...side("Réponse décodée", decoded.response),
    ...raw("Demande brute", "request", exchange),
    ...raw("Réponse brute", "response", exchange),
  ];
}

function overview(exchange) {
  const pairs = [
    ["Échange", exchange.id],
    ["Cible", exchange.target],
    ["Reçu à", exchange.started],
    ["Âge (horloge)", exchange.age],
    ["Transport", `${exchange.transport}, ${exchange.door}`],
    ["Certificat", exchange.certificate],
    ["Panne armée", exchange.fault],
    ["Issue", `${OUTCOMES[exchange.outcome] || exchange.outcome}, statut ${exchange.status}, ${exchange.duration_ms.toFixed(1)} ms`],
  ];
  return pairs.filter(([, value]) => value);
}

function findings(list) {
  if (!list.length) return [element("p", {}, "Aucun constat.")];
  return [element("h3", {}, "Constats"), ...list.map(finding)];
}

function finding(found) {
  const pairs = FINDING_FIELDS.map(([label, name]) => [label, found[name]]);
  pairs.push(["Exigences", found.requirements.join(", ")], ["Source", sourceLink(found)]);
  return element("div", { class: `finding ${found.severity}` },
    element("h4", {}, found.message),
    facts([["Règle", `${found.title} (${found.check_id}, ${found.severity})`], ...pairs].filter(([, value]) => value)));
}

function sourceLink(found) {
  const address = found.source.replace(/^docs\/sources\/(\w+)\.md/, "/sources/$1");
  const link = element("a", { href: address, target: "_blank", rel: "noopener" }, found.source.replace("docs/sources/", ""));
  const text = address === found.source ? found.source : link;
  return element("span", {}, text, ` (${CONFIDENCE[found.confidence] || found.confidence})`);
}

function side(title, pairs) {
  if (!pairs.length) return [];
  const long = pairs.filter(([, value]) => value.includes("\n"));
  const short = pairs.filter(([, value]) => !value.includes("\n"));
  return [element("h3", {}, title), facts(short), ...long.map(([label, value]) => folded(label, value))];
}

function folded(label, text) {
  return element("details", { open: true }, element("summary", {}, label), element("pre", { tabindex: "0" }, text));
}

function raw(title, name, exchange) {
  const headers = exchange[`${name}_headers`].map(([key, value]) => `${key}: ${value}`).join("\n");
  const text = [headers, exchange[`${name}_body`]].filter(Boolean).join("\n\n") || "(vide)";
  const url = `/_sandbox/v1/sessions/${session}/exchanges/${encodeURIComponent(exchange.id)}/${name}`;
  return [element("details", {}, element("summary", {}, `${title} (${exchange[`${name}_size`]} octets)`),
    element("pre", { tabindex: "0" }, text), element("a", { href: url, download: true }, "Télécharger les octets"))];
}
