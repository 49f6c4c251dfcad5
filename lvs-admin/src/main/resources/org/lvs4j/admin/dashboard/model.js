// What the page knows: services and servers with their rates, made from one overview after another. Knows no document.

import { Ring } from "./ring.js";

const SAMPLES = 60;
const SHORTEST_SECONDS = 0.5;
const COUNTERS = ["connections", "inBytes", "outBytes"];

/** The states of a server, the worst first, with the words for them. */
export const STATES = {
  down: { sign: "▼", label: "down", rank: 0 },
  ejected: { sign: "▼", label: "ejected", rank: 1 },
  full: { sign: "■", label: "full", rank: 2 },
  draining: { sign: "◐", label: "draining", rank: 3 },
  drained: { sign: "○", label: "drained", rank: 4 },
  off: { sign: "○", label: "weight 0", rank: 5 },
  up: { sign: "●", label: "up", rank: 6 },
  on: { sign: "●", label: "in use", rank: 7 },
};

/** @param drain how far its drain is, or null */
export function serverState(server, drain) {
  if (server.up === false) {
    return "down";
  }
  if (server.ejected) {
    return "ejected";
  }
  if (server.draining) {
    // Closed connections that linger are counted as inactive for two minutes; the drain knows better.
    return drain?.phase === "drained" || server.active + server.inactive === 0 ? "drained" : "draining";
  }
  if (server.overloaded) {
    return "full";
  }
  if (server.weight === 0) {
    return "off";
  }
  return server.up === true ? "up" : "on";
}

/** The state of a service: down if no server can take a connection, else that of its worst server in short. */
function serviceState(service) {
  const usable = service.servers.filter(each => ["up", "on"].includes(each.state)).length;
  if (service.data.up === false || usable === 0) {
    return "down";
  }
  return service.servers.some(each => each.state === "down" || each.state === "ejected") ? "degraded" : "up";
}

/** A figure that was measured again and again. */
class Measured {
  rate = { connections: null, inBytes: null, outBytes: null };
  history = new Ring(SAMPLES);
  before = null;

  take(counters, seconds) {
    for (const name of COUNTERS) {
      const known = this.before !== null && seconds > 0 && counters[name] !== undefined && this.before[name] !== undefined;
      // A server that came back begins at zero.
      this.rate[name] = known ? Math.max(0, counters[name] - this.before[name]) / seconds : null;
    }
    this.history.add(this.rate.connections ?? NaN);
    this.before = counters;
  }
}

export class Model {
  overview = null;
  services = [];
  totals = new Measured();
  activeHistory = new Ring(SAMPLES);
  inHistory = new Ring(SAMPLES);
  outHistory = new Ring(SAMPLES);
  counts = { services: 0, servers: 0, states: {} };
  /** When the last overview came, by the clock of this page, in milliseconds; null for never. */
  receivedAt = null;
  /** The first moment that is known, by the clock of the balancer, in milliseconds; null for none yet. */
  since = null;
  #byId = new Map();
  #timelines = new Map();
  #measuredMillis = null;

  /** Takes an overview, with the drains of that time. Returns whether it is that of another process than the one before. */
  take(overview, nowMillis, drains) {
    const drainOf = new Map(drains.map(each => [each.service + " " + each.server, each]));
    const restarted = this.overview !== null && this.overview.instance !== overview.instance;
    const seconds = this.#measuredMillis === null || restarted ? 0 : (overview.monotonicMillis - this.#measuredMillis) / 1000;
    // One connection in a moment is no rate: a change is read at once, and measured with the next overview.
    const measuring = seconds === 0 || seconds >= SHORTEST_SECONDS;
    if (restarted) {
      this.totals.before = null;
    }
    if (measuring) {
      this.#measuredMillis = overview.monotonicMillis;
      this.totals.take(overview.traffic, seconds);
      // The charts have what was measured here, as that of the connections: a new process says 0 for its first seconds.
      const { inBytes, outBytes } = this.totals.rate;
      if (this.totals.rate.connections === null && overview.rates) {
        this.totals.rate = { ...overview.rates };
      }
      this.activeHistory.add(overview.connections);
      this.inHistory.add(inBytes ?? NaN);
      this.outHistory.add(outBytes ?? NaN);
    }
    const known = new Map();
    const states = {};
    let servers = 0;
    this.services = overview.services.map(data => {
      const service = this.#byId.get(data.id) ?? { kind: "service", id: data.id, measured: new Measured(), byServer: new Map() };
      if (restarted) {
        service.measured.before = null;
      }
      service.data = data;
      if (measuring) {
        service.measured.take(data, seconds);
      }
      const byServer = new Map();
      service.servers = data.servers.map(each => {
        const server = service.byServer.get(each.server)
          ?? { kind: "server", id: data.id + " " + each.server, service, measured: new Measured() };
        if (restarted) {
          server.measured.before = null;
        }
        server.data = each;
        server.drain = drainOf.get(server.id) ?? null;
        server.state = serverState(each, server.drain);
        if (measuring) {
          server.measured.take(each, seconds);
        }
        byServer.set(each.server, server);
        states[server.state] = (states[server.state] ?? 0) + 1;
        return server;
      });
      servers += service.servers.length;
      service.byServer = byServer;
      this.#shares(service);
      service.state = serviceState(service);
      service.active = sum(service.servers, each => each.data.active);
      service.inactive = sum(service.servers, each => each.data.inactive);
      known.set(data.id, service);
      return service;
    });
    this.#shareOfAll();
    this.#byId = known;
    this.#forget(servers + known.size);
    this.counts = { services: this.services.length, servers, states };
    this.overview = overview;
    this.receivedAt = nowMillis;
    this.since ??= Date.parse(overview.time);
    return restarted;
  }

  /** Forgets the health of what is gone, if there is much of it. */
  #forget(items) {
    if (this.#timelines.size > 2 * items + 1000) {
      for (const key of this.#timelines.keys()) {
        const [id, server] = key.split(" ");
        if (server === undefined ? this.find(id) === null : this.findServer(id, server) === null) {
          this.#timelines.delete(key);
        }
      }
    }
  }

  /** The share of each server of a service: of the connections of the last minutes; if there were none, of the active ones. */
  #shares(service) {
    const recent = service.servers.map(each => Math.max(0, each.measured.history.total));
    const parts = sum(recent, x => x) > 0 ? recent : service.servers.map(each => each.data.active ?? 0);
    const whole = sum(parts, x => x);
    service.servers.forEach((each, i) => {
      each.share = whole > 0 ? parts[i] / whole : null;
    });
  }

  /** The share of each service of all new connections, now. */
  #shareOfAll() {
    const whole = sum(this.services, each => each.measured.rate.connections);
    for (const service of this.services) {
      service.share = whole > 0 ? (service.measured.rate.connections ?? 0) / whole : null;
    }
  }

  /** The time now by the clock of the balancer, whatever that of the browser says, in milliseconds. */
  get now() {
    return this.overview === null ? Date.now() : Date.parse(this.overview.time) + Date.now() - this.receivedAt;
  }

  find(id) {
    return this.#byId.get(id) ?? null;
  }

  findServer(id, server) {
    return this.#byId.get(id)?.byServer.get(server) ?? null;
  }

  /** A change of the health of a server: {time, ids, server, up}. In any order; twice is once. */
  addHealth(event) {
    if (event.change !== "server" && event.change !== "quorum") {
      return;
    }
    const at = Date.parse(event.time);
    for (const id of event.ids ?? []) {
      const key = event.change === "server" ? id + " " + event.server : id;
      const line = this.#timelines.get(key) ?? [];
      if (!line.some(each => each.at === at)) {
        line.push({ at, up: event.up });
        line.sort((a, b) => a.at - b.at);
        this.#timelines.set(key, line.slice(-64));
      }
    }
  }

  /** The changes of a server or a service that are known, the oldest first. */
  timeline(item) {
    return this.#timelines.get(item.id) ?? [];
  }

  /**
   * Up and down in the minutes before a moment, as parts of that time; nothing for what is not monitored, or was before
   * the balancer was started.
   */
  segments(item, nowMillis, spanMillis) {
    if (item.data.up === undefined) {
      return [];
    }
    const start = nowMillis - spanMillis;
    const born = Math.max(start, nowMillis - this.overview.uptimeSeconds * 1000);
    const changes = this.timeline(item).filter(change => change.at <= nowMillis);
    const segments = [];
    let to = nowMillis;
    const add = (from, up) => {
      if (from < to) {
        segments.push({ from: (from - start) / spanMillis, to: (to - start) / spanMillis, up });
        to = from;
      }
    };
    for (const change of changes.toReversed()) {
      add(Math.max(change.at, born), change.up);
    }
    // Before the first change it was the other way round; without one, as it is now.
    add(born, changes.length > 0 ? !changes[0].up : item.data.up);
    return segments.reverse();
  }
}

export function sum(items, value) {
  let total = 0;
  for (const each of items) {
    total += value(each) ?? 0;
  }
  return total;
}
