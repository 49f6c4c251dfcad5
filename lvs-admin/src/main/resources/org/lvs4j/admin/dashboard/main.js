// The page: its parts, and how they are connected.

import { Access } from "./access.js";
import { Client, Problem } from "./client.js";
import { Connections } from "./connections.js";
import { Details } from "./details.js";
import { Events } from "./events.js";
import { attribute, clock, duration, el, plural, text } from "./format.js";
import { Model } from "./model.js";
import { Keys } from "./keys.js";
import { Reader } from "./reader.js";
import { FILTERS, rowsOf } from "./rows.js";
import { Table } from "./table.js";
import { Tabs } from "./tabs.js";
import { Theme } from "./theme.js";
import { Tiles } from "./tiles.js";

const FOLD_ABOVE_SERVERS = 150;

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
  refresh: () => reader.soon(0),
  connections: known => {
    tabs.show("connections");
    connections.show(known);
  },
});

const tabs = new Tabs(name => {
  events.visible = name === "events";
});
const theme = new Theme($("theme"));
const keys = new Keys($("keys"), {
  "/": () => $("search").focus(),
  t: () => theme.next(),
  e: () => tabs.show("events"),
  c: () => tabs.show("connections"),
  p: () => setFilter(view.filter === "trouble" ? "all" : "trouble"),
  d: () => withServer(() => details.drainByKey()),
  w: () => withServer(() => details.weightByKey()),
}, () => {
  if (tabs.narrow.matches) {
    tabs.show("servers");
  }
  $("grid").focus();
});
$("help").addEventListener("click", () => keys.show());
const reader = new Reader(client, access, model, { read, lost, locked, event: happened });

/* ---- What is read ---- */

function read(restarted) {
  if (restarted) {
    access.tell("note", "The balancer was started again; its counters began anew.");
  }
  draw();
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
  old("no connection", "No connection to the balancer" + (model.receivedAt === null ? "" : "; what you see is from " + clock(model.receivedAt))
    + ". " + (problem instanceof Problem ? "It said: " + problem.message + ". " : "")
    + "Trying again" + (wait > 1500 ? " in " + duration(wait / 1000) : "") + ".");
}

/** Nothing can be read without the token, and nobody has given it. */
function locked() {
  old("locked", "This endpoint shows nothing without its token. Unlock asks for it.");
  $("unlock").hidden = false;
}

function old(word, sentence) {
  attribute($("link"), "data-state", "lost");
  text($("link-text"), word);
  attribute(document.body, "data-lost", "yes");
  text($("lost"), sentence);
  $("lost").hidden = false;
}

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
  if (detail.chosen || !tabs.narrow.matches) {
    if (tabs.shown !== "details" && (detail.chosen || tabs.shown === "servers")) {
      tabs.show("details");
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
  reader.soon(0);
});

function withServer(action) {
  if (details.item?.kind === "server") {
    tabs.show("details");
    action();
  } else {
    access.tell("note", "Choose a server first: arrow keys, Enter.");
  }
}

reader.start();
