// The page: reads the endpoint every two seconds and at each change, and shows what it reads.

import { Access } from "./access.js";
import { Client, Problem } from "./client.js";
import { Connections } from "./connections.js";
import { Details } from "./details.js";
import { Events } from "./events.js";
import { attribute, clock, duration, el, plural, text } from "./format.js";
import { Model } from "./model.js";
import { FILTERS, rowsOf } from "./rows.js";
import { Table } from "./table.js";
import { Tiles } from "./tiles.js";

const INTERVAL_MILLIS = 2000;
const FIRST_INTERVAL_MILLIS = 1000;
const LONGEST_INTERVAL_MILLIS = 15_000;
const AFTER_EVENT_MILLIS = 150;
const RETRY_MILLIS = [1000, 2000, 4000, 8000, 10_000];
const STREAM_RETRY_MILLIS = 2000;
const FOLD_ABOVE_SERVERS = 150;
const THEMES = ["system", "light", "dark"];

const $ = id => document.getElementById(id);
const model = new Model();
const client = new Client();
const access = new Access(client, $("token"), $("unlock"), $("toasts"));
const table = new Table($("grid"), $("rows"), $("head"), model);
const tiles = new Tiles($("tiles"), () => setFilter("trouble"));
const view = { search: "", filter: "all", sort: { column: "name", reverse: false }, folded: isFolded };
const folds = new Map();
const events = new Events($("panel-events"), $("event-count"), (service, server) => {
  const item = server ? model.findServer(service, server) ?? model.find(service) : model.find(service);
  if (item) {
    reveal(item);
  }
});
const connections = new Connections($("panel-connections"), model, client);
const details = new Details($("panel-details"), model, client, access, {
  select: item => reveal(item),
  refresh: () => refreshSoon(0),
  connections: known => {
    showTab("connections");
    connections.show(known);
  },
});

/* ---- Reading ---- */

let failures = 0;
const durations = [];
let timer = null;
let dueAt = Infinity;
let startedAt = -Infinity;
let pause = FIRST_INTERVAL_MILLIS;
let reading = false;
let again = false;

/** Reads everything now, or after some milliseconds, or earlier if that is planned already. */
function refreshSoon(millis) {
  const now = performance.now();
  if (now + millis < dueAt) {
    dueAt = now + millis;
    clearTimeout(timer);
    timer = setTimeout(refresh, millis);
  }
}

/** Reads after a change. Any number of changes, however close together, cost a part of the time only. */
function refreshAfterEvent() {
  refreshSoon(Math.max(AFTER_EVENT_MILLIS, startedAt + pause - performance.now()));
}

async function refresh() {
  dueAt = Infinity;
  if (reading) {
    again = true;
    return;
  }
  reading = true;
  again = false;
  startedAt = performance.now();
  let wait = INTERVAL_MILLIS;
  try {
    const overview = await client.get("/api/v1/overview");
    const drains = overview.services.some(service => service.servers.some(each => each.draining))
      ? (await client.get("/api/v1/drains")).drains
      : [];
    failures = 0;
    wakeStream();
    const restarted = model.take(overview, Date.now(), drains);
    if (restarted) {
      access.tell("note", "The balancer was started again; its counters began anew.");
    }
    draw();
    // A large balancer is asked less often: reading takes a tenth of the time at most. One slow answer says nothing.
    durations.push(performance.now() - startedAt);
    if (durations.length < 3) {
      wait = FIRST_INTERVAL_MILLIS;
    } else {
      durations.splice(0, durations.length - 3);
      pause = Math.min(LONGEST_INTERVAL_MILLIS, Math.max(FIRST_INTERVAL_MILLIS, 10 * Math.min(...durations)));
      wait = Math.max(INTERVAL_MILLIS, pause);
    }
  } catch (problem) {
    if (problem instanceof Problem && problem.status === 401) {
      const wrong = client.hasToken;
      client.token = null;
      failures++;
      stream?.abort();
      if (await access.ask("This endpoint shows nothing without its token.", wrong ? "That was not the token." : "")) {
        wait = 0;
      } else {
        // Not asked again by itself: "Unlock" asks.
        wait = Infinity;
        locked();
      }
    } else {
      wait = RETRY_MILLIS[Math.min(failures, RETRY_MILLIS.length - 1)];
      failures++;
      lost(problem, wait);
    }
  }
  reading = false;
  // Nobody looks: the charts go on, at a slower pace.
  if (wait !== Infinity) {
    refreshSoon(again ? 200 : document.hidden ? Math.max(wait, 10_000) : wait);
  }
}

let stream = null;
let wakeStream = () => {};
let isLocked = false;

/** The stream of changes, again and again, at first with all that the endpoint remembers. A change is a reason to read. */
async function follow() {
  let lastId = "none";
  for (;;) {
    // Not in a page that nobody looks at: a browser opens six connections to one server, for all of its pages.
    while (document.hidden || failures > 0 || model.overview === null) {
      await new Promise(resolve => {
        wakeStream = resolve;
      });
    }
    stream = new AbortController();
    try {
      await client.readEvents(lastId, (type, event, id) => {
        lastId = id;
        happened(type, event);
        refreshAfterEvent();
      }, stream.signal);
    } catch {
      // Told where the overview is read.
    }
    await new Promise(resolve => setTimeout(resolve, STREAM_RETRY_MILLIS));
  }
}

function happened(type, event) {
  if (type === "health") {
    model.addHealth(event);
  }
  if (type !== "missed" && event.change !== "probe-failed") {
    events.add(type, event, model.since !== null && Date.parse(event.time) > model.since);
  }
}

/* ---- Showing ---- */

function isFolded(service) {
  return folds.get(service.id) ?? (foldAll ?? (model.counts.servers > FOLD_ABOVE_SERVERS && service.state === "up"));
}

let foldAll = null;

function draw() {
  if (model.overview === null) {
    return;
  }
  const overview = model.overview;
  document.title = (model.counts.states.down ? "▼ " + model.counts.states.down + " down · " : "") + "lvs4j " + overview.host;
  text($("host"), overview.host);
  text($("link-text"), "live");
  attribute($("link"), "data-state", "live");
  attribute($("link"), "title", "Running for " + duration(overview.uptimeSeconds));
  $("ready").hidden = overview.ready;
  text($("ready"), overview.ready ? "" : "takes no new clients: " + (overview.reason ?? "not ready"));
  $("lost").hidden = true;
  attribute(document.body, "data-lost", null);
  access.changes = overview.changes;
  $("reload").hidden = !overview.reloads || overview.changes === "refused";
  tiles.draw(model);
  connections.draw();
  drawRows();
  if (details.item !== null) {
    const item = details.item;
    const present = item.kind === "server" ? model.findServer(item.service.id, item.data.server) : model.find(item.id);
    details.show(present);
  }
}

function drawRows() {
  const rows = rowsOf(model, view);
  table.set(rows, view.sort);
  const servers = rows.reduce((n, row) => n + (row.item.kind === "service" ? row.shown : 0), 0);
  const services = rows.reduce((n, row) => n + (row.item.kind === "service" ? 1 : 0), 0);
  text($("count"), plural(services, "service") + ", " + plural(servers, "server"));
  $("empty").hidden = rows.length > 0 || model.overview === null;
  $("grid").hidden = rows.length === 0 && model.overview !== null;
  text($("empty"), model.services.length === 0
    ? "No service is configured yet. Add one: lvsadm -A -t 10.0.0.1:80 -s wlc, or PUT /api/v1/services/tcp:10.0.0.1:80."
    : view.filter === "trouble" && view.search === "" ? "No problem: every server can take connections." : "Nothing matches.");
  for (const [key, button] of filterButtons) {
    attribute(button, "aria-pressed", String(view.filter === key));
  }
  text($("fold"), services > 0 && rows.every(row => row.item.kind !== "service" || !row.open) ? "Unfold all" : "Fold all");
}

/** The connection is lost: what is shown is old, and says so. */
function lost(problem, wait) {
  stream?.abort();
  const since = model.receivedAt;
  attribute($("link"), "data-state", "lost");
  text($("link-text"), "no connection");
  attribute(document.body, "data-lost", "yes");
  const again = Date.now() + wait;
  const tell = () => {
    if (failures === 0) {
      return;
    }
    text($("lost"), "No connection to the balancer" + (since === null ? "" : "; what you see is from " + clock(since))
      + ". " + (problem instanceof Problem ? "It said: " + problem.message + ". " : "")
      + "Trying again" + (again - Date.now() > 1500 ? " in " + duration((again - Date.now()) / 1000) : "") + ".");
    $("lost").hidden = false;
  };
  tell();
}

/** Nothing can be read without the token, and nobody has given it. */
function locked() {
  isLocked = true;
  attribute($("link"), "data-state", "lost");
  text($("link-text"), "locked");
  attribute(document.body, "data-lost", "yes");
  text($("lost"), "This endpoint shows nothing without its token. Unlock asks for it.");
  $("lost").hidden = false;
  $("unlock").hidden = false;
}

access.onToken = () => {
  isLocked = false;
  refreshSoon(0);
};

/* ---- What people do ---- */

const filterButtons = Object.entries(FILTERS).map(([key, { label }]) => {
  const button = el("button", { type: "button", onclick: () => setFilter(key) }, label);
  $("filters").append(button);
  return [key, button];
});

function setFilter(key) {
  view.filter = key;
  drawRows();
}

/** Shows an item, wherever it is: opens its service, drops a search that hides it. */
function reveal(item) {
  if (item.kind === "server") {
    folds.set(item.service.id, false);
  }
  drawRows();
  if (!rowsOf(model, view).some(row => row.item === item)) {
    view.search = "";
    $("search").value = "";
    view.filter = "all";
    drawRows();
  }
  const rows = rowsOf(model, view);
  const at = rows.findIndex(row => row.item === item);
  const height = table.rowHeight;
  const grid = $("grid");
  if (at * height < grid.scrollTop || (at + 2) * height > grid.scrollTop + grid.clientHeight) {
    grid.scrollTop = Math.max(0, at * height - grid.clientHeight / 2);
  }
  table.select(item, true);
}

table.addEventListener("select", ({ detail }) => {
  details.show(detail.item);
  // On a phone the details cover the table: only for those who ask for them.
  if (detail.chosen || !narrow.matches) {
    if (shownTab !== "details" && (detail.chosen || shownTab === "servers")) {
      showTab("details");
    }
  }
});
table.addEventListener("toggle", ({ detail }) => {
  folds.set(detail.id, !isFolded(detail));
  drawRows();
});
table.addEventListener("sort", ({ detail }) => {
  view.sort = { column: detail, reverse: view.sort.column === detail && !view.sort.reverse };
  drawRows();
});
$("search").addEventListener("input", () => {
  view.search = $("search").value;
  $("grid").scrollTop = 0;
  drawRows();
});
$("search").addEventListener("keydown", event => {
  if (event.key === "Escape" || event.key === "Enter" || event.key === "ArrowDown") {
    if (event.key === "Escape") {
      view.search = $("search").value = "";
      drawRows();
    }
    $("grid").focus();
    event.preventDefault();
  }
});
$("fold").addEventListener("click", () => {
  foldAll = $("fold").textContent === "Fold all";
  folds.clear();
  drawRows();
});
$("reload").addEventListener("click", async () => {
  await access.change("The configuration was read again", "POST", "/api/v1/reload");
  refreshSoon(0);
});

/* ---- Tabs, theme, keys ---- */

const narrow = matchMedia("(max-width: 900px)");
const tabs = ["servers", "details", "events", "connections"];
let shownTab = narrow.matches ? "servers" : "details";

function showTab(name) {
  shownTab = name;
  for (const each of tabs) {
    const on = each === name;
    attribute($("tab-" + each), "aria-selected", String(on));
    attribute($("tab-" + each), "tabindex", on ? "0" : "-1");
    if (each !== "servers") {
      $("panel-" + each).hidden = !on;
    }
  }
  attribute(document.body, "data-tab", name);
  events.visible = name === "events";
}

for (const name of tabs) {
  $("tab-" + name).addEventListener("click", () => showTab(name));
  $("tab-" + name).addEventListener("keydown", event => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by) {
      const shown = tabs.filter(each => $("tab-" + each).offsetParent !== null);
      const next = shown[(shown.indexOf(name) + by + shown.length) % shown.length];
      showTab(next);
      $("tab-" + next).focus();
    }
  });
}
narrow.addEventListener("change", () => showTab(narrow.matches ? "servers" : shownTab === "servers" ? "details" : shownTab));

function setTheme(name) {
  if (name === "system") {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = name;
  }
  text($("theme"), { system: "◐", light: "☀", dark: "☾" }[name]);
  attribute($("theme"), "aria-label", "Theme: " + (name === "system" ? "as the system" : name));
  $("theme").dataset.name = name;
  try {
    localStorage.setItem("lvs4j-theme", name);
  } catch {
    // A browser that keeps nothing.
  }
}

function nextTheme() {
  setTheme(THEMES[(THEMES.indexOf($("theme").dataset.name) + 1) % THEMES.length]);
}

$("theme").addEventListener("click", nextTheme);
let stored = "system";
try {
  stored = localStorage.getItem("lvs4j-theme") ?? "system";
} catch {
  // As above.
}
setTheme(THEMES.includes(stored) ? stored : "system");

const KEYS = [
  ["/", "search"], ["↑ ↓, j k", "move in the table"], ["← →", "fold and unfold a service"], ["Enter", "details"],
  ["w", "weight of the server"], ["d", "drain the server, or take it back"], ["e", "events"], ["c", "connections"],
  ["p", "problems only, and all again"], ["t", "theme"], ["Esc", "back to the table"], ["?", "this list"],
];
const SIGNS = [
  ["●", "up, or in use without a check"], ["▼", "down, by its check"], ["◆", "a service with servers that are down"],
  ["◐", "draining: no new connections, old ones may end"], ["○", "drained, or weight 0"], ["■", "full: at its upper threshold"],
];
$("keys").append(el("form", { method: "dialog" },
  el("h2", { id: "keys-title" }, "Keys and signs"),
  el("dl", { class: "keys" }, KEYS.flatMap(([key, what]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, what)])),
  el("dl", { class: "keys" }, SIGNS.flatMap(([sign, what]) => [el("dt", {}, sign), el("dd", {}, what)])),
  el("p", { class: "hint" }, "All that is here, as JSON: ", el("a", { href: "/openapi.json" }, "/openapi.json"), ", and for Prometheus: ",
    el("a", { href: "/metrics" }, "/metrics"), "."),
  el("div", { class: "buttons" }, el("button", { class: "primary" }, "Close"))));
$("help").addEventListener("click", () => $("keys").showModal());

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) {
    return;
  }
  if (event.key === "Escape") {
    if (narrow.matches) {
      showTab("servers");
    }
    $("grid").focus();
    return;
  }
  if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
    return;
  }
  const actions = {
    "/": () => $("search").focus(),
    "?": () => $("keys").showModal(),
    t: nextTheme,
    e: () => showTab("events"),
    c: () => showTab("connections"),
    p: () => setFilter(view.filter === "trouble" ? "all" : "trouble"),
    d: () => withServer(() => details.drainByKey()),
    w: () => withServer(() => details.weightByKey()),
  };
  const action = actions[event.key];
  if (action) {
    event.preventDefault();
    action();
  }
});

function withServer(action) {
  if (details.item?.kind === "server") {
    showTab("details");
    action();
  } else {
    access.tell("note", "Choose a server first: arrow keys, Enter.");
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    stream?.abort();
  } else if (!isLocked) {
    refreshSoon(0);
  }
});
showTab(shownTab);
refresh();
follow();
