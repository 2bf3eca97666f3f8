// Small helpers: every text that comes from outside enters the page through textContent.

export const byId = (id) => document.getElementById(id);

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat()) {
    if (child instanceof Node) made.append(child);
    else if (child !== undefined && child !== null) made.append(document.createTextNode(String(child)));
  }
  return made;
}

export const row = (head, ...cells) =>
  element("tr", {}, element("th", { scope: "row" }, head), cells.map((cell) => element("td", {}, cell)));

export const facts = (pairs, list = element("dl", { class: "facts" })) => {
  list.replaceChildren(...pairs.flatMap(([label, value]) => [element("dt", {}, label), element("dd", {}, value)]));
  return list;
};

export async function ask(path, sent) {
  const headers = { accept: "application/json", ...(sent && { "content-type": "application/json" }) };
  const answer = await fetch(`/_sandbox/v1${path}`,
    { method: sent ? "POST" : "GET", headers, body: sent && JSON.stringify(sent) });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.erreur || `réponse ${answer.status}`);
  return body;
}
