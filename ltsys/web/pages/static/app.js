// Everything works without this script, except what moves by itself: regions marked `data-live`
// are read again from the page's own address, times are shown in the viewer's zone, dialogs open.
"use strict";

const SOON_MS = 1000;
const zone = new Intl.DateTimeFormat(undefined, {
  year: "numeric", month: "2-digit", day: "2-digit",
  hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
});

function localize(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    time.textContent = zone.format(new Date(time.dateTime));
  }
}

// -- live regions ---------------------------------------------------------------------------

let isReading = false;
let isFrozen = false; // somebody has loaded older rows: the page stays as it is read

function isBusy() {
  return document.hidden || isReading || isFrozen || document.querySelector("dialog[open]") !== null;
}

async function refresh() {
  const regions = document.querySelectorAll("[data-live]");
  if (isBusy() || regions.length === 0) return;
  isReading = true;
  try {
    const answer = await fetch(location.href, { headers: { "X-Live": "1" }, redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.status === 401) return location.reload();
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    localize(fresh);
    for (const region of regions) replaceWith(region, fresh.getElementById(region.id));
    setStale(false);
  } catch {
    setStale(true);
  } finally {
    isReading = false;
  }
}

function replaceWith(region, fresh) {
  if (fresh === null || fresh.innerHTML === region.innerHTML) return;
  if (region.contains(document.activeElement) && document.activeElement.matches("input, select")) return;
  const scrolled = [...region.querySelectorAll(".scroll")].map((each) => each.scrollLeft);
  const open = new Set([...region.querySelectorAll("details[open]")].map((each) => each.id));
  for (const each of fresh.querySelectorAll("details")) if (open.has(each.id)) each.open = true;
  Idiomorph.morph(region, fresh.innerHTML, { morphStyle: "innerHTML" });
  region.querySelectorAll(".scroll").forEach((each, place) => { each.scrollLeft = scrolled[place] ?? 0; });
}

function setStale(isStale) {
  const note = document.getElementById("stale");
  if (note !== null) note.hidden = !isStale;
}

function beat() {
  const seconds = Number(document.body.dataset.every || "0");
  if (seconds > 0) setInterval(refresh, seconds * SOON_MS);
  document.addEventListener("visibilitychange", () => { if (!document.hidden && seconds > 0) refresh(); });
}

// -- more rows ------------------------------------------------------------------------------

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-more]");
  if (link === null) return;
  event.preventDefault();
  isFrozen = true;
  const answer = await fetch(link.href);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  localize(fresh);
  const table = link.dataset.more;
  document.querySelector(`#${table} tbody`).append(...fresh.querySelectorAll(`#${table} tbody > tr`));
  const shown = document.querySelectorAll(`#${table} tbody > tr`).length;
  const next = fresh.querySelector(`a[data-more="${table}"]`);
  const bar = link.closest(".more");
  bar.querySelector("[data-shown]").textContent = shown.toLocaleString("en-US");
  if (next === null) link.remove(); else link.href = next.href;
  const still = bar.querySelector("[data-frozen]");
  if (still !== null) still.hidden = false;
});

// -- dialogs, theme, forms ------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener !== null) {
    event.preventDefault();
    document.getElementById(opener.dataset.dialog).showModal();
  }
  const closer = event.target.closest("[data-close]");
  if (closer !== null) closer.closest("dialog").close();
  if (event.target.closest("[data-theme-switch]") !== null) switchTheme();
});

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function switchTheme() {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  try { localStorage.setItem("theme", theme); } catch { /* private windows keep nothing */ }
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-at-once]");
  if (form !== null && event.target.matches("select, input[type=checkbox]")) form.requestSubmit();
});

document.addEventListener("submit", (event) => {
  // a second click is no second order
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});

localize(document);
beat();
