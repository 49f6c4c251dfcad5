// The table of services and servers. Only the rows in sight exist in the document, so that thousands cost no more than some.

import { Spark, Strip } from "./chart.js";
import { attribute, byteRate, count, duration, el, percent, serviceName, text } from "./format.js";
import { STATES } from "./model.js";
import { SORTS } from "./rows.js";

const SPAN_MILLIS = 30 * 60_000;
const SPARE_ROWS = 4;
const SERVICE_SIGNS = { up: "●", degraded: "◆", down: "▼" };

/** The columns: their keys, titles and explanations. */
const COLUMNS = [
  ["name", "Service, server", "As configured; click for the order of the configuration"],
  ["state", "State", "up, down, draining, drained, full (at its upper threshold), weight 0"],
  ["weight", "Weight", "Of a server; of a service: how many servers can take connections"],
  ["share", "Share", "Of a server: of the connections to its service in the last two minutes. Of a service: of all connections, now"],
  ["active", "Active", "Established connections"],
  ["connections", "Conn/s", "New connections a second, and the last two minutes of it"],
  ["in", "In", "Bytes a second from clients"],
  ["out", "Out", "Bytes a second to clients"],
  ["health", "Last 30 min", "Low: up. High: down"],
];

/** One row of the document, which shows now this item, now that one. */
class Row {
  item = null;

  constructor(table) {
    this.spark = new Spark(64, 20);
    this.strip = new Strip(96, 16);
    this.fold = el("span", { class: "fold", "aria-hidden": "true" });
    this.name = el("span", { class: "name" });
    this.tags = el("span", { class: "tags" });
    this.sign = el("span", { class: "sign", "aria-hidden": "true" });
    this.state = el("span", { class: "word" });
    this.bar = el("span", { class: "fill" });
    this.shareText = el("span", { class: "number" });
    this.cells = {
      name: this.#cell("name", this.fold, this.name, this.tags),
      state: this.#cell("state", this.sign, this.state),
      weight: this.#cell("weight"),
      share: this.#cell("share", el("span", { class: "track", "aria-hidden": "true" }, this.bar), this.shareText),
      active: this.#cell("active"),
      connections: this.#cell("connections", this.rate = el("span", { class: "number" }), this.spark.element),
      in: this.#cell("in"),
      out: this.#cell("out"),
      health: this.#cell("health", this.strip.element, this.healthText = el("span", { class: "hidden" })),
    };
    this.element = el("div", { role: "row", class: "row" }, Object.values(this.cells));
    this.element.addEventListener("click", event => table.clicked(this.item, event.target === this.fold));
    this.element.addEventListener("dblclick", () => table.toggle(this.item));
  }

  #cell(column, ...children) {
    return el("div", { role: "gridcell", class: "cell " + column }, children);
  }

  show(entry, index, cursor, model, nowMillis) {
    const item = entry.item;
    this.item = item;
    const service = item.kind === "service";
    attribute(this.element, "id", "row-" + index);
    attribute(this.element, "aria-rowindex", index + 2);
    attribute(this.element, "aria-level", service ? 1 : 2);
    attribute(this.element, "aria-expanded", service && item.servers.length > 0 ? String(entry.open) : null);
    attribute(this.element, "aria-selected", String(cursor));
    attribute(this.element, "data-kind", item.kind);
    attribute(this.element, "data-state", item.state);
    attribute(this.element, "data-cursor", cursor);
    text(this.fold, service && item.servers.length > 0 ? (entry.open ? "▾" : "▸") : "");
    text(this.name, service ? serviceName(item.id) : item.data.server);
    text(this.tags, service ? serviceTags(item.data) : serverTags(item.data));
    text(this.sign, service ? SERVICE_SIGNS[item.state] : STATES[item.state].sign);
    text(this.state, service ? item.state : STATES[item.state].label);
    attribute(this.cells.state, "title", item.data.reason ?? null);
    text(this.cells.weight, service ? usable(item) : item.data.weight === undefined ? "–" : String(item.data.weight));
    this.#share(item.share);
    figure(this.cells.active, service ? item.active : item.data.active, count);
    figure(this.rate, item.measured.rate.connections, count);
    this.spark.draw(item.measured.history);
    figure(this.cells.in, item.measured.rate.inBytes, byteRate);
    figure(this.cells.out, item.measured.rate.outBytes, byteRate);
    this.strip.draw(model.segments(item, nowMillis, SPAN_MILLIS));
    text(this.healthText, healthWords(item, nowMillis));
    attribute(this.cells.health, "title", healthWords(item, nowMillis));
  }

  #share(share) {
    attribute(this.cells.share, "data-empty", share === null);
    const width = share === null ? "0" : Math.max(share > 0 ? 2 : 0, share * 100).toFixed(0) + "%";
    if (this.bar.style.width !== width) {
      this.bar.style.width = width;
    }
    text(this.shareText, share === null ? "" : percent(share));
  }
}

/** A number; one that is nothing is paler, so that the others are seen. */
function figure(element, value, format) {
  text(element, format(value));
  element.classList.toggle("zero", !value);
}

function usable(service) {
  const up = service.servers.filter(each => each.state === "up" || each.state === "on").length;
  return up + " of " + service.servers.length;
}

function serviceTags(data) {
  const tags = [data.scheduler];
  if (data.persistenceSeconds) {
    tags.push("persistent " + duration(data.persistenceSeconds));
  }
  if (data.onePacket) {
    tags.push("one packet");
  }
  return tags.join(" · ");
}

function serverTags(data) {
  const tags = [];
  if (data.sorry) {
    tags.push("sorry server");
  }
  if (data.forwarding) {
    tags.push(data.forwarding);
  }
  if (data.absent) {
    tags.push("taken out");
  }
  return tags.join(" · ");
}

export function healthWords(item, nowMillis) {
  if (item.data.up === undefined) {
    return "not checked";
  }
  const since = item.data.since === undefined ? "" : " for " + duration((nowMillis - Date.parse(item.data.since)) / 1000);
  return (item.data.up ? "up" : "down") + since + (item.data.reason ? ": " + item.data.reason : "");
}

/** The table. Events: "select" with the item, "toggle" with a service, "sort" with a column. */
export class Table extends EventTarget {
  #rows = [];
  #pool = [];
  #cursor = null;
  #model;
  #sort;

  constructor(grid, rows, head, model) {
    super();
    this.grid = grid;
    this.spacer = rows;
    this.head = head;
    this.#model = model;
    this.headers = COLUMNS.map(([key, title, explanation]) =>
      el("div", { role: "columnheader", class: "cell " + key, title: explanation, "data-column": key },
        key === "health" ? title : el("button", { type: "button", onclick: event => this.#sorted(key, event) }, title)));
    head.append(...this.headers);
    grid.addEventListener("scroll", () => this.#request(), { passive: true });
    grid.addEventListener("keydown", event => this.#key(event));
    new ResizeObserver(() => this.#request()).observe(grid);
  }

  /** A column is chosen: by the mouse, the keys go on with the rows. */
  #sorted(column, event) {
    this.#emit("sort", column);
    if (event.detail > 0) {
      this.grid.focus({ preventScroll: true });
    }
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  get rowHeight() {
    return Number.parseFloat(getComputedStyle(this.grid).getPropertyValue("--row")) || 34;
  }

  /** The height of the rows that are in sight: the head stays on top of them. */
  get #sight() {
    return this.grid.clientHeight - this.head.offsetHeight;
  }

  /** The item under the cursor, or null. */
  get selected() {
    return this.#cursor;
  }

  /** Shows other rows. The cursor stays on its item, wherever that has moved. */
  set(rows, sort) {
    this.#rows = rows;
    this.#sort = sort;
    if (this.#cursor !== null) {
      this.#cursor = this.#rows.find(row => row.item.id === this.#cursor.id)?.item ?? this.#cursor;
    }
    for (const header of this.headers) {
      const on = header.dataset.column === sort.column;
      attribute(header, "data-sorted", on ? (sort.reverse ? "reverse" : "yes") : null);
      attribute(header, "aria-sort", !on ? null : SORTS[sort.column]?.up || sort.column === "name" ? (sort.reverse ? "descending" : "ascending")
        : sort.reverse ? "ascending" : "descending");
    }
    attribute(this.grid, "aria-rowcount", rows.length + 1);
    this.paint();
  }

  #request() {
    if (!this.requested) {
      this.requested = true;
      requestAnimationFrame(() => {
        this.requested = false;
        this.paint();
      });
    }
  }

  paint() {
    const height = this.rowHeight;
    const all = this.#rows.length * height + "px";
    if (this.spacer.style.height !== all) {
      this.spacer.style.height = all;
    }
    const top = this.grid.scrollTop;
    const first = Math.max(0, Math.floor(top / height) - SPARE_ROWS);
    const last = Math.min(this.#rows.length, Math.ceil((top + this.#sight) / height) + SPARE_ROWS);
    const now = this.#model.now;
    while (this.#pool.length < last - first) {
      const row = new Row(this);
      this.#pool.push(row);
      this.spacer.append(row.element);
    }
    for (let i = 0; i < this.#pool.length; i++) {
      const row = this.#pool[i];
      const index = first + i;
      if (index >= last) {
        row.element.hidden = true;
        continue;
      }
      row.element.hidden = false;
      row.element.style.transform = "translateY(" + index * height + "px)";
      const entry = this.#rows[index];
      row.show(entry, index, entry.item.id === this.#cursor?.id, this.#model, now);
    }
    const at = this.#cursor === null ? -1 : this.#index();
    attribute(this.grid, "aria-activedescendant", at >= first && at < last ? "row-" + at : null);
  }

  #index() {
    return this.#rows.findIndex(row => row.item.id === this.#cursor?.id);
  }

  clicked(item, onFold) {
    this.grid.focus({ preventScroll: true });
    if (onFold && item.kind === "service") {
      this.toggle(item);
    } else {
      this.select(item, true);
    }
  }

  toggle(item) {
    if (item.kind === "service") {
      this.#emit("toggle", item);
    }
  }

  /** Moves the cursor. */
  select(item, chosen = false) {
    this.#cursor = item;
    this.paint();
    this.#emit("select", { item, chosen });
  }

  #moveTo(index) {
    if (this.#rows.length === 0) {
      return;
    }
    const to = Math.max(0, Math.min(this.#rows.length - 1, index));
    const height = this.rowHeight;
    const top = to * height;
    if (top < this.grid.scrollTop) {
      this.grid.scrollTop = top;
    } else if (top + height > this.grid.scrollTop + this.#sight) {
      this.grid.scrollTop = top + height - this.#sight;
    }
    this.select(this.#rows[to].item);
  }

  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target !== this.grid) {
      return;
    }
    const at = this.#index();
    const page = Math.max(1, Math.floor(this.#sight / this.rowHeight) - 1);
    const item = this.#cursor;
    switch (event.key) {
      case "ArrowDown": case "j": this.#moveTo(at + 1); break;
      case "ArrowUp": case "k": this.#moveTo(at < 0 ? 0 : at - 1); break;
      case "PageDown": this.#moveTo(at + page); break;
      case "PageUp": this.#moveTo(at - page); break;
      case "Home": this.#moveTo(0); break;
      case "End": this.#moveTo(this.#rows.length - 1); break;
      case "ArrowRight":
        if (item?.kind === "service" && !this.#rows[at]?.open) {
          this.toggle(item);
        } else {
          this.#moveTo(at + 1);
        }
        break;
      case "ArrowLeft":
        if (item?.kind === "service" && this.#rows[at]?.open) {
          this.toggle(item);
        } else if (item?.kind === "server") {
          this.#moveTo(this.#rows.findIndex(row => row.item === item.service));
        }
        break;
      case "Enter": case " ":
        if (item !== null) {
          this.#emit("select", { item, chosen: true });
        }
        break;
      default: return;
    }
    event.preventDefault();
  }
}

export { SERVICE_SIGNS, SPAN_MILLIS };
