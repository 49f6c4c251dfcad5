// Which rows the table has: services and servers that match, sorted, with what is folded left out. Knows no document.

import { STATES } from "./model.js";

const TROUBLE = new Set(["down", "ejected", "full"]);
const CHANGING = new Set(["draining", "drained", "off"]);

/** Named selections of servers. */
export const FILTERS = {
  all: { label: "All", has: () => true },
  trouble: { label: "Problems", has: server => TROUBLE.has(server.state) },
  changing: { label: "Drained or off", has: server => CHANGING.has(server.state) },
  busy: { label: "With traffic", has: server => (server.measured.rate.connections ?? 0) > 0 || (server.data.active ?? 0) > 0 },
};

/** What a column sorts by; numbers begin with the largest. */
export const SORTS = {
  name: null,
  state: { of: row => (row.kind === "server" ? STATES[row.state].rank : { down: 0, degraded: 1, up: 6 }[row.state]), up: true },
  weight: { of: row => (row.kind === "server" ? row.data.weight ?? 0 : row.servers.length) },
  share: { of: row => (row.kind === "server" ? row.share ?? 0 : row.measured.rate.connections ?? 0) },
  active: { of: row => (row.kind === "server" ? row.data.active ?? 0 : row.active) },
  connections: { of: row => row.measured.rate.connections ?? 0 },
  in: { of: row => row.measured.rate.inBytes ?? 0 },
  out: { of: row => row.measured.rate.outBytes ?? 0 },
};

function sorted(items, sort) {
  const by = SORTS[sort.column];
  if (!by) {
    return sort.reverse ? items.toReversed() : items;
  }
  const direction = (by.up ? 1 : -1) * (sort.reverse ? -1 : 1);
  return items.toSorted((a, b) => direction * (by.of(a) - by.of(b)));
}

/** Whether all words are found in what a service or a server is called, or in its state. */
function matches(words, text) {
  return words.every(word => text.includes(word));
}

function serviceText(service) {
  return (service.id + " " + service.id.replace(":", " ") + " " + service.data.scheduler + " " + service.state
    + (service.data.persistenceSeconds ? " persistent" : "")).toLowerCase();
}

/**
 * The rows in order. A search that names a service shows its servers; one that names servers opens their services.
 *
 * @param view {search, filter, sort: {column, reverse}, folded: a function from a service to whether it is folded}
 */
export function rowsOf(model, view) {
  const words = view.search.toLowerCase().split(/\s+/).filter(word => word !== "");
  const filter = FILTERS[view.filter];
  const selecting = words.length > 0 || view.filter !== "all";
  const rows = [];
  for (const service of sorted(model.services, view.sort)) {
    const text = serviceText(service);
    const named = words.length === 0 || matches(words, text);
    const servers = service.servers.filter(each =>
      filter.has(each) && (named || matches(words, text + " " + each.data.server + " " + STATES[each.state].label)));
    const empty = service.servers.length === 0 && named && (view.filter === "all" || view.filter === "trouble");
    if (servers.length === 0 && !empty && (selecting || service.servers.length > 0)) {
      continue;
    }
    const open = selecting && !named ? true : view.filter !== "all" || !view.folded(service);
    rows.push({ item: service, open, shown: servers.length });
    if (open) {
      for (const server of sorted(servers, view.sort)) {
        rows.push({ item: server });
      }
    }
  }
  return rows;
}
