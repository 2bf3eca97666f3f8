// Whom the sandbox can make act: a form for each resource that has actors, and what they did and will do.

import { ask, byId, element, row } from "/console/dom.js";

const DELAYS = [["", "maintenant"], ["5", "dans 5 minutes"], ["60", "dans une heure"], ["1440", "demain"], ["10080", "dans une semaine"]];
const MOMENT = new Intl.DateTimeFormat("fr-FR", { dateStyle: "short", timeStyle: "short", timeZone: "Europe/Paris" });

let shown = 0, fields = 0;

export async function showActors(session, services, ready) {
  const mine = ++shown;
  const found = services.flatMap((service) => service.resources.filter((one) => one.actors));
  const blocks = [];
  for (const resource of found) {
    const asked = new Acting(session, resource, ready);
    blocks.push(await asked.made());
  }
  if (mine !== shown) return;
  byId("actors").replaceChildren(...blocks);
  byId("acteurs").hidden = byId("to-actors").hidden = !blocks.length;
}

class Acting {
  constructor(session, resource, ready) {
    this.resource = resource;
    this.query = `?session=${encodeURIComponent(session)}`;
    this.ready = ready;
  }

  path(actor) {
    return `/${this.resource.path}${actor ? `/${encodeURIComponent(actor)}` : ""}${this.query}`;
  }

  async made() {
    this.actors = await ask(this.path());
    this.act = element("select", { required: true }, this.actors.map((actor) => element("optgroup",
      { label: `${actor.title} – ${actor.name}, ${actor.structure}` },
      actor.acts.map((act) => element("option", { value: `${actor.id} ${act.act}` }, act.title)))));
    this.patient = element("select", {}, this.ready.patients.filter((one) => one.matricule).map((one) => element("option",
      { value: one.id }, `${one.birth_name} ${one.first_names.join(" ")}, ${one.birth_date}`)));
    this.to = element("select", {}, [...this.ready.personas, ...this.ready.structures].filter((one) => one.mailbox).map((one) => element("option",
      { value: one.mailbox }, `${one.name} – ${one.mailbox}`)));
    this.delay = element("select", {}, DELAYS.map(([value, label]) => element("option", { value }, label)));
    this.button = element("button", { type: "submit" }, this.resource.actors);
    this.said = element("p", { role: "status" });
    this.rows = element("tbody");
    const form = element("form", { class: "acting", "aria-label": this.resource.title },
      labelled("Qui, et quoi", this.act), labelled("Au sujet de", this.patient), labelled("À", this.to),
      labelled("Quand (heure d'âge)", this.delay), this.button, this.said);
    form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    await this.list();
    return element("div", {}, element("h3", {}, this.resource.title), form,
      element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Ce qui a été fait" },
        element("table", {}, element("thead", {}, element("tr", {},
          ["Quand", "Qui", "Objet", "À", "État"].map((name) => element("th", { scope: "col" }, name)))), this.rows)));
  }

  async send() {
    const [actor, act] = this.act.value.split(" ");
    const body = { act, patient: this.patient.value, to: this.to.value };
    if (this.delay.value) body.delay = Number(this.delay.value);
    this.tell("…");
    this.button.disabled = true;
    try {
      const done = await ask(this.path(actor), body);
      this.tell(`« ${title(done.subject)} », à ${done.to} : ${done.state}`);
      await this.list();
    } catch (error) {
      this.tell(error.message, true);
    } finally {
      this.button.disabled = false;
    }
  }

  tell(text, bad = false) {
    this.said.textContent = text;
    this.said.classList.toggle("bad", bad);
  }

  async list() {
    const each = await Promise.all(this.actors.map(async (actor) => [actor, (await ask(this.path(actor.id))).done]));
    const all = each.flatMap(([actor, done]) => done.map((one) => [actor, one]));
    all.sort(([, one], [, other]) => other.due.localeCompare(one.due) || other.number - one.number);
    this.rows.replaceChildren(...(all.length ? all.slice(0, 50).map(([actor, one]) => row(
      element("span", { class: "time" }, MOMENT.format(new Date(one.due))), actor.title, title(one.subject), one.to, one.state))
      : [element("tr", {}, element("td", { colspan: "5", class: "soft" }, "Rien pour l'instant."))]));
  }
}

const labelled = (text, field) => {
  field.id = `acting-${++fields}`;
  return element("div", {}, element("label", { for: field.id }, text), field);
};

// The prefix of documents is for machines: software hides it too.
const title = (subject) => subject.replace(/^XDM\/1\.0\/DDM\+/, "");
