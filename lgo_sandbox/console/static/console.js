// The console: what runs, how to connect, who is there. It asks the control API, and changes only what actors do.

import { showActors } from "/console/actors.js";
import { ask, byId, element, facts, row } from "/console/dom.js";
import { draw, follow } from "/console/exchanges.js";

const KNOWN = new Set(["version", "session", "control", "services", "ca", "ca_p12", "certificates", "personas", "structures", "patients"]);

async function start() {
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("service").addEventListener("change", draw);
  byId("only-findings").addEventListener("change", draw);
  byId("session").addEventListener("change", () => select(byId("session").value).catch(failed));
  byId("session").addEventListener("focus", () => listSessions(byId("session").value).catch(failed));
  const health = await ask("/health");
  byId("version").textContent = health.version;
  const asked = new URLSearchParams(location.search).get("session") || health.session;
  await listSessions(asked);
  await select(asked);
}

async function listSessions(chosen) {
  const names = (await ask("/sessions")).map((session) => session.session);
  const present = [...byId("session").options].map((option) => option.value);
  if (names.join() === present.join()) return;
  byId("session").replaceChildren(...names.map((name) => element("option", { value: name }, name)));
  byId("session").value = chosen;
}

async function select(name) {
  const quoted = encodeURIComponent(name);
  const [services, ready, description] = await Promise.all([
    ask(`/services?session=${quoted}`), ask(`/sessions/${quoted}/ready`), ask(`/sessions/${quoted}`)]);
  history.replaceState(null, "", `?session=${quoted}${location.hash}`);
  byId("report").href = `/_sandbox/v1/sessions/${quoted}/report.html`;
  showServices(services);
  showConnection(ready, description);
  showPeople(ready, services);
  await showActors(name, services, ready);
  await follow(name);
}

function showServices(services) {
  byId("service-rows").replaceChildren(...services.flatMap((service) => service.doors.map((door) => row(
    service.title, door.title, addresses(door.addresses), service.simulated || "rien : contrat public"))));
  byId("situation-rows").replaceChildren(...services.flatMap((service) => service.situations.map((situation) => row(
    situation.title, service.title, situation.how))));
  const chosen = byId("service").value;
  byId("service").replaceChildren(element("option", { value: "" }, "tous"),
    ...services.map((service) => element("option", { value: service.name }, service.title)));
  byId("service").value = services.some((service) => service.name === chosen) ? chosen : "";
}

function addresses(found) {
  const all = Object.values(found);
  return all.length ? all.map((address) => element("div", {}, element("code", {}, address))) : "servi ailleurs";
}

function showConnection(ready, description) {
  byId("ca").textContent = ready.ca;
  byId("how-session").textContent = howToSelect(description);
  facts(Object.entries(ready.certificates).map(([name, files]) => [name, element("code", {}, files.cert)]), byId("certificates"));
  const others = Object.entries(ready).filter(([name]) => !KNOWN.has(name));
  byId("facts").replaceChildren(...others.map(([name, value]) => fact(name, value)));
}

function howToSelect(description) {
  if (description.default) return "Rien à faire : une requête qui ne nomme aucune session va dans celle-ci.";
  if (description.listeners) return "Cette session a ses propres ports : les adresses de cette page suffisent.";
  return `Ajoutez ${description.prefix} devant le chemin (c'est fait dans les adresses de cette page), ou présentez un `
    + "certificat ou un jeton émis pour cette session.";
}

function fact(name, value) {
  if (value === null || typeof value !== "object") return facts([[name, element("code", {}, value)]]);
  const rows = Array.isArray(value) ? value : Object.entries(value).map(([key, item]) => ({ nom: key, valeur: item }));
  const columns = [...new Set(rows.flatMap((item) => Object.keys(Object(item))))];
  return element("details", { open: rows.length < 12 }, element("summary", {}, `${name} (${rows.length})`),
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name }, element("table", {},
      element("thead", {}, element("tr", {}, columns.map((column) => element("th", { scope: "col" }, column)))),
      element("tbody", {}, rows.map((item) => row(...columns.map((column) => plain(item[column] ?? ""))))))));
}

function plain(value) {
  if (Array.isArray(value)) return value.map(plain).join(", ");
  if (typeof value !== "object") return String(value);
  return Object.entries(value).map(([key, item]) => `${key} ${plain(item)}`).join(", ");
}

function showPeople(ready, services) {
  byId("persona-rows").replaceChildren(...ready.personas.map((persona) => row(
    persona.id, persona.name, persona.label, element("code", {}, persona.national_id), persona.mailbox || "–")));
  byId("patient-rows").replaceChildren(...ready.patients.map((patient) => row(
    `${patient.birth_name} ${patient.first_names.join(" ")}`, element("span", { class: "time" }, patient.birth_date), patient.sex,
    element("code", {}, patient.matricule || "–"), patient.situation, pagesAbout(patient, services))));
}

function pagesAbout(patient, services) {
  if (!patient.matricule) return [];
  return services.flatMap((service) => service.person_pages.flatMap((page) => {
    const { http, https } = service.doors.find((door) => door.name === page.door)?.addresses ?? {};
    if (!http && !https) return [];
    const path = page.path.replace(/\{(id|matricule)\}/g, (_, name) => encodeURIComponent(patient[name]));
    const spoken = `${page.title} de ${patient.birth_name} ${patient.first_names.join(" ")}, nouvel onglet`;
    return element("div", {}, element("a", {
      href: `${http || https}${path}`, target: "_blank", rel: "noopener", "aria-label": spoken }, page.title));
  }));
}

function failed(error) {
  byId("state").textContent = `Erreur : ${error.message}`;
}

start().catch(failed);
