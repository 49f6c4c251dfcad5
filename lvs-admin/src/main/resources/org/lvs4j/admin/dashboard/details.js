// One service or one server: its figures, its health, and what can be done with it.

import { Spark, Strip } from "./chart.js";
import { serverPath } from "./client.js";
import { attribute, byteRate, clock, count, duration, el, exact, percent, plural, serviceName, text } from "./format.js";
import { STATES, sum } from "./model.js";
import { SERVICE_SIGNS, SPAN_MILLIS, healthWords } from "./table.js";

const NOTHING = "Choose a service or a server in the table. Its figures, its health and what can be done with it appear here.";
const CHECKS_AFTER_MILLIS = 150;

export class Details {
  #item = null;
  #parts = null;
  #checked = null;

  constructor(panel, model, client, access, actions) {
    this.panel = panel;
    this.model = model;
    this.client = client;
    this.access = access;
    this.actions = actions;
    this.show(null);
  }

  get item() {
    return this.#item;
  }

  /** Shows another item, or none. */
  show(item) {
    if (item !== null && item.id === this.#item?.id) {
      this.#item = item;
      this.draw();
      this.#checkAgain();
      return;
    }
    this.#item = item;
    clearTimeout(this.timer);
    if (item === null) {
      this.#parts = null;
      this.panel.replaceChildren(el("p", { class: "hint" }, NOTHING));
      return;
    }
    this.#parts = item.kind === "server" ? this.#server() : this.#service();
    this.panel.replaceChildren(this.#parts.element);
    this.draw();
    this.#checked = null;
    this.#checkAgain();
  }

  /** Reads the checks, if they are not those that were read before; not of each item that the cursor passes. */
  #checkAgain() {
    const item = this.#item;
    const servers = item.kind === "server" ? [item] : item.servers;
    const key = item.id + JSON.stringify(servers.map(({ data }) => [data.server, data.up, data.since, data.reason]));
    if (key !== this.#checked) {
      this.#checked = key;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.#loadHealth(item), CHECKS_AFTER_MILLIS);
    }
  }

  #common(title, of, ...more) {
    const parts = {
      state: el("p", { class: "state" }),
      spark: new Spark(340, 72, "wide"),
      rate: el("span", { class: "value" }),
      strip: new Strip(340, 22),
      facts: el("dl", { class: "facts" }),
      checks: el("div", { class: "checks" }),
    };
    parts.element = el("article", { class: "details" },
      el("h2", {}, title), of, parts.state,
      el("div", { class: "figure" }, el("h3", {}, "New connections"), parts.rate, parts.spark.element),
      ...more,
      el("h3", {}, "Health, the last 30 minutes"), parts.strip.element, parts.checks,
      parts.facts);
    return parts;
  }

  #service() {
    return this.#common(serviceName(this.#item.id), "",
      el("p", {}, el("button", {
        type: "button", onclick: () => this.actions.connections({ virtual: this.#item.id }),
      }, "Its connections, and why a client gets which server")));
  }

  #server() {
    const weight = el("input", { type: "number", min: "0", max: "65535", step: "1", id: "weight", inputmode: "numeric", required: true });
    const preview = el("span", { class: "hint" });
    const deadline = el("input", { type: "number", min: "0", max: "86400", step: "1", value: "300", id: "deadline", inputmode: "numeric" });
    const start = el("button", { type: "button", class: "primary", onclick: () => this.#startDrain(deadline) }, "Drain");
    const abort = el("button", { type: "button", onclick: () => this.#abortDrain() }, "Take back into service");
    const bar = el("progress", { max: "1", value: "0", "aria-label": "Progress of the drain" });
    const progress = el("p", { role: "status" });
    const set = el("form", { class: "set" },
      el("label", { for: "weight" }, "Weight"),
      el("span", { class: "stepper" },
        el("button", { type: "button", "aria-label": "One less", onclick: () => step(weight, -1) }, "−"),
        weight,
        el("button", { type: "button", "aria-label": "One more", onclick: () => step(weight, 1) }, "+")),
      el("button", { type: "submit", class: "primary" }, "Set"), preview);
    set.addEventListener("submit", event => {
      event.preventDefault();
      this.#setWeight(weight);
    });
    weight.addEventListener("input", () => {
      weight.dataset.touched ??= String(this.#item.data.weight);
      this.#preview(weight, preview);
    });
    const begin = el("div", { class: "set" }, el("label", { for: "deadline" }, "Drain, at most"), deadline, "s", start,
      el("span", { class: "hint" }, "No new connections; those that are there may end by themselves until then."));
    const draining = el("div", { class: "draining" }, bar, progress, abort);
    const parts = this.#common(this.#item.data.server,
      el("p", { class: "of" }, "of ", el("button", {
        type: "button", class: "link", onclick: () => this.actions.select(this.#item.service),
      }, serviceName(this.#item.service.id))),
      set, begin, draining,
      el("p", {}, el("button", {
        type: "button", onclick: () => this.actions.connections({ server: this.#item.data.server, virtual: this.#item.service.id }),
      }, "Its connections")));
    return Object.assign(parts, { weight, preview, begin, draining, bar, progress, abort, start, set });
  }

  #preview(weight, preview) {
    const others = sum(this.#item.service.servers, each => (each === this.#item || each.data.absent ? 0 : each.data.weight));
    const value = Number(weight.value);
    const all = others + value;
    text(preview, weight.value === "" || !(value >= 0) ? ""
      : value === 0 ? "no new connections"
        : "of " + all + " in all: " + percent(value / all));
  }

  async #setWeight(input) {
    const item = this.#item;
    const path = serverPath(item.service.id, item.data.server);
    const value = Number(input.value);
    try {
      // What the page has shown is what is changed: if it is another weight already, somebody else was faster.
      const { body, etag } = await this.client.getTagged(path);
      if (String(body.weight) !== (input.dataset.touched ?? String(item.data.weight))) {
        input.dataset.touched = String(body.weight);
        this.access.tell("wrong", "The weight is " + body.weight + " meanwhile, changed by somebody else. Look at it again, and repeat.");
        return;
      }
      if (await this.access.change(item.data.server + " has weight " + value + " now", "PATCH", path, { weight: value }, etag)) {
        delete input.dataset.touched;
        this.actions.refresh();
      }
    } catch (problem) {
      this.access.tell("wrong", "Not done: " + problem.message);
    }
  }

  async #startDrain(deadline) {
    const item = this.#item;
    const options = deadline.value === "" ? {} : { deadlineSeconds: Number(deadline.value) };
    await this.access.change(item.data.server + " gets no new connections from now on", "PUT",
      serverPath(item.service.id, item.data.server) + "/drain", options);
    this.actions.refresh();
  }

  async #abortDrain() {
    const item = this.#item;
    await this.access.change(item.data.server + " gets connections again", "DELETE",
      serverPath(item.service.id, item.data.server) + "/drain");
    this.actions.refresh();
  }

  /** Starts a drain by the keyboard, or says how. */
  drainByKey() {
    if (this.#item?.kind === "server") {
      (this.#parts.begin.hidden ? this.#parts.abort : this.#parts.start).focus();
    }
  }

  weightByKey() {
    this.#parts?.weight?.focus();
    this.#parts?.weight?.select();
  }

  draw() {
    const item = this.#item;
    const parts = this.#parts;
    const now = this.model.now;
    const data = item.data;
    const server = item.kind === "server";
    attribute(parts.state, "data-state", item.state);
    text(parts.state, server
      ? STATES[item.state].sign + " " + STATES[item.state].label + (data.up === undefined ? "" : " · check " + healthWords(item, now))
      : SERVICE_SIGNS[item.state] + " " + item.state + (data.up === false ? " · without its quorum" : ""));
    text(parts.rate, item.measured.rate.connections === null ? "–" : count(item.measured.rate.connections) + "/s");
    parts.spark.draw(item.measured.history, 2);
    parts.strip.draw(this.model.segments(item, now, SPAN_MILLIS));
    const facts = [
      ["Active", exact(server ? data.active ?? 0 : item.active)],
      ["Inactive", exact(server ? data.inactive ?? 0 : item.inactive)],
      ["Connections since the start", exact(data.connections ?? 0)],
      ["From clients", byteRate(item.measured.rate.inBytes) + ", " + count(data.inBytes ?? 0) + "B in all"],
      ["To clients", byteRate(item.measured.rate.outBytes) + ", " + count(data.outBytes ?? 0) + "B in all"],
    ];
    if (server) {
      facts.unshift(["Share of its service", item.share === null ? "–" : percent(item.share)]);
      if (data.upperThreshold) {
        facts.push(["Full from", plural(data.upperThreshold, "connection")]);
      }
    } else {
      facts.unshift(["Scheduler", data.scheduler], ["Servers", String(item.servers.length)]);
      if (data.persistenceSeconds) {
        facts.push(["Persistence", duration(data.persistenceSeconds)]);
      }
      if (data.quorum) {
        facts.push(["Quorum", exact(data.quorum)]);
      }
    }
    if (parts.facts.children.length !== 2 * facts.length) {
      parts.facts.replaceChildren(...facts.flatMap(([name]) => [el("dt", {}, name), el("dd", {})]));
    }
    facts.forEach(([name, value], i) => {
      text(parts.facts.children[2 * i], name);
      text(parts.facts.children[2 * i + 1], value);
    });
    if (server) {
      this.#drawControls(parts, data);
    }
  }

  #drawControls(parts, data) {
    if (parts.weight.dataset.touched === undefined && document.activeElement !== parts.weight) {
      const weight = String(data.weight ?? 0);
      if (parts.weight.value !== weight) {
        parts.weight.value = weight;
      }
      this.#preview(parts.weight, parts.preview);
    }
    const absent = data.absent === true;
    const drain = this.#item.drain;
    const going = data.draining === true;
    parts.set.hidden = absent;
    parts.begin.hidden = going || absent;
    parts.draining.hidden = !going;
    if (going) {
      const active = data.active ?? 0;
      const inactive = data.inactive ?? 0;
      // Inactive connections of TCP are closed ones that linger; without active ones, as of UDP, they are all there is.
      const kind = active > 0 || (drain?.activeAtStart ?? 0) > 0 ? "active" : "inactive";
      const left = kind === "active" ? active : inactive;
      const start = Math.max(left, drain?.[kind + "AtStart"] ?? 0);
      const drained = this.#item.state === "drained";
      attribute(parts.bar, "value", drained ? 1 : start === 0 ? 0 : Math.min(0.99, (start - left) / start).toFixed(3));
      text(parts.progress, drained
        ? "Drained: no connection is left" + (inactive > 0 ? " but " + exact(inactive) + " that "
          + (inactive === 1 ? "is" : "are") + " closed already" : "") + ". It can be stopped."
        : exact(left) + " of " + exact(start) + " " + kind + " connections left"
          + (kind === "active" && inactive > 0 ? ", beside " + exact(inactive) + " inactive" : "")
          + (drain?.leftSeconds ? ", " + duration(drain.leftSeconds) + " until the rest is ended" : ""));
    }
  }

  async #loadHealth(item) {
    if (item.data.up === undefined) {
      text(this.#parts.checks, "No check is configured.");
      return;
    }
    const id = item.kind === "server" ? item.service.id : item.id;
    try {
      const health = await this.client.get("/api/v1/health?service=" + encodeURIComponent(id));
      if (this.#item?.id !== item.id) {
        return;
      }
      const rows = health.services.flatMap(service => service.servers)
        .filter(each => item.kind === "service" || each.server === item.data.server)
        .flatMap(each => each.checks.map(check => el("li", { "data-state": check.up ? "up" : "down" },
          el("span", { class: "sign", "aria-hidden": "true" }, check.up ? "●" : "▼"),
          el("span", {}, (item.kind === "service" ? each.server + ": " : "") + check.check + " "
            + (check.up ? "succeeds" : "fails") + " since " + clock(Date.parse(check.since))
            + (check.reason && !check.up ? ": " + check.reason : "")))));
      this.#parts.checks.replaceChildren(el("ul", { class: "checklist" }, ...rows));
    } catch (problem) {
      text(this.#parts.checks, "The checks could not be read: " + problem.message);
    }
  }
}

function step(input, by) {
  input.value = String(Math.max(0, Math.min(65535, Number(input.value) + by)));
  input.dispatchEvent(new Event("input"));
}
