"use strict";
// Counts down what the page says it counts, and asks the server what changed. Nothing here decides anything.
(() => {
  const every = (root, selector, act) => root.querySelectorAll(selector).forEach(act);
  const words = (seconds) => seconds < 2 ? "à l'instant" : seconds < 60 ? `il y a ${seconds} s`
    : `il y a ${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")}`;
  const left = (node, seconds) => {
    node.dataset.left = Math.max(seconds, 0);
    if (node instanceof HTMLProgressElement) node.value = node.dataset.left; else node.textContent = node.dataset.left;
  };
  const tick = () => {
    every(document, "[data-left]", (node) => left(node, Number(node.dataset.left) - 1));
    every(document, "[data-age]", (node) => {
      node.dataset.age = Number(node.dataset.age) + 1;
      node.textContent = words(Number(node.dataset.age));
    });
  };
  // One question at a time, and none on the way out: a request that is over would be refused.
  let busy = false, leaving = false;
  const waits = async (node) => {
    const answer = await fetch(node.dataset.state);
    const told = answer.ok ? await answer.json() : {};
    if (told.state !== "waiting") {
      leaving = true;
      location.replace(node.dataset.page);
    } else every(node, "[data-left]", (one) => left(one, told.seconds_left));
  };
  const phones = async (node) => {
    const text = await (await fetch(node.dataset.phones, { headers: { "X-Live": "1" } })).text();
    const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-phones]");
    if (!fresh) return;
    const typed = new Map([...node.querySelectorAll("input[data-pin]")].map((one) => [one.dataset.pin, one.value]));
    if (fresh.dataset.key === node.dataset.key) {
      const seconds = [...fresh.querySelectorAll("[data-left]")].map((one) => Number(one.dataset.left));
      if (seconds.length === node.querySelectorAll("[data-left]").length) {
        [...node.querySelectorAll("[data-left]")].forEach((one, at) => left(one, seconds[at]));
      }
      return;
    }
    const focus = document.activeElement?.dataset?.pin;
    const adopted = document.adoptNode(fresh);
    node.replaceWith(adopted);
    every(adopted, "input[data-pin]", (one) => {
      one.value = typed.get(one.dataset.pin) || "";
      if (one.value && one.closest("details")) one.closest("details").open = true;
      if (one.dataset.pin === focus) one.focus();
    });
  };
  const ask = async () => {
    if (document.hidden || busy || leaving) return;
    busy = true;
    const waiting = document.querySelector("[data-state]");
    const shown = document.querySelector("[data-phones]");
    try {
      if (waiting) await waits(waiting);
      if (shown) await phones(shown);
    } catch (error) { /* The sandbox does not answer now: the next round asks again. */ }
    finally { busy = false; }
  };
  if (!document.querySelector("[data-state], [data-phones]")) return;
  setInterval(tick, 1000);
  setInterval(ask, 2000);
  document.addEventListener("visibilitychange", ask);
})();
