// The figures of the balancer as a whole, with their last minutes.

import { Spark } from "./chart.js";
import { attribute, byteRate, count, el, exact, plural, text } from "./format.js";

/** One figure with its chart. */
class Tile {
  constructor(title, explanation, chart = true) {
    this.value = el("span", { class: "value" });
    this.note = el("span", { class: "note" });
    this.spark = chart ? new Spark(220, 44, "wide") : null;
    this.element = el("div", { class: "tile", title: explanation },
      el("h2", {}, title), this.value, this.note, this.spark?.element);
  }
}

export class Tiles {
  constructor(section, onServers) {
    this.connections = new Tile("New connections", "A second, over all services");
    this.active = new Tile("Connections", "Entries in the table of connections, also those that have ended a short time ago");
    this.in = new Tile("From clients", "Bytes a second");
    this.out = new Tile("To clients", "Bytes a second");
    this.servers = new Tile("Servers", "That can take connections, of all", false);
    this.bar = el("span", { class: "states", "aria-hidden": "true" });
    this.show = el("button", { type: "button", class: "link", onclick: onServers }, "");
    this.servers.element.append(this.bar, this.show);
    section.append(this.servers.element, this.connections.element, this.active.element, this.in.element, this.out.element);
  }

  draw(model) {
    const { totals, overview, counts } = model;
    text(this.connections.value, count(totals.rate.connections) + "/s");
    text(this.connections.note, exact(overview.traffic.connections) + " since the start");
    this.connections.spark.draw(totals.history, 5);
    text(this.active.value, count(overview.connections));
    text(this.active.note, overview.templates > 0 ? plural(overview.templates, "client") + " kept by persistence" : "in the table");
    this.active.spark.draw(model.activeHistory, 5);
    text(this.in.value, byteRate(totals.rate.inBytes));
    text(this.in.note, count(overview.traffic.inBytes) + "B since the start");
    this.in.spark.draw(model.inHistory, 1000);
    text(this.out.value, byteRate(totals.rate.outBytes));
    text(this.out.note, count(overview.traffic.outBytes) + "B since the start");
    this.out.spark.draw(model.outHistory, 1000);
    this.#servers(counts);
  }

  #servers(counts) {
    const good = (counts.states.up ?? 0) + (counts.states.on ?? 0);
    const bad = (counts.states.down ?? 0) + (counts.states.ejected ?? 0) + (counts.states.full ?? 0);
    const rest = counts.servers - good - bad;
    text(this.servers.value, counts.servers === 0 ? "none" : exact(good) + " of " + exact(counts.servers));
    text(this.servers.note, "in " + plural(counts.services, "service"));
    attribute(this.servers.element, "data-state", bad > 0 ? "down" : "up");
    const parts = [["good", good], ["rest", rest], ["bad", bad]].filter(([, n]) => n > 0);
    const key = JSON.stringify(parts);
    if (this.key !== key) {
      this.key = key;
      this.bar.replaceChildren(...parts.map(([name, n]) => {
        const part = el("span", { class: name });
        part.style.flexGrow = n;
        return part;
      }));
    }
    text(this.show, bad > 0 ? exact(bad) + (bad === 1 ? " has a problem" : " have problems") : "");
    this.show.hidden = bad === 0;
  }
}
