// The last changes of configuration and health, in sentences.

import { clock, el, serviceName, text } from "./format.js";

const MOST = 200;
const NOTHING = "Nothing has changed since this page was opened. Changes of health and configuration appear here as they happen.";

/** A change as a sentence, with a sign and what it is about. */
export function describe(type, event) {
  const id = event.ids?.[0] ?? event.service;
  const service = event.ids?.length > 0 || type === "configuration" ? (id === undefined ? "" : serviceName(id)) : event.service;
  const server = event.server;
  const about = { service: event.ids?.length > 0 || type === "configuration" ? id : null, server };
  const make = (kind, sentence) => ({ kind, sentence, ...about });
  if (type === "health") {
    switch (event.change) {
      case "server":
        return event.up
          ? make("up", `${server} of ${service} is up`)
          : make("down", `${server} of ${service} is down: ${event.reason}`);
      case "quorum":
        return event.up ? make("up", `${service} has its quorum`) : make("down", `${service} has lost its quorum`);
      case "weight": return make("note", `${server} of ${service} has weight ${event.weight} by its check`);
      case "check":
        return event.up
          ? make("note", `${event.check} of ${server} succeeds`)
          : make("warn", `${event.check} of ${server} fails: ${event.reason}`);
      case "probe-failed": return make("note", `${event.check} of ${server}, one try: ${event.reason}`);
      default: return make("note", JSON.stringify(event));
    }
  }
  switch (event.change) {
    case "service-added": return make("change", `${service} was added with ${event.servers} servers`);
    case "service-edited": return make("change", `${service} was changed`);
    case "service-removed": return make("change", `${service} was removed`);
    case "server-added": return make("change", `${server} was added to ${service} with weight ${event.weight}`);
    case "server-edited":
      return make("change", event.weight === event.weightBefore
        ? `${server} of ${service} was changed`
        : `${server} of ${service} has weight ${event.weight}, before ${event.weightBefore}`);
    case "server-removed": return make("change", `${server} was taken out of ${service}`);
    case "timeouts": return make("change", "the timeouts were changed");
    case "sysctl": return make("change", `${event.sysctl} is ${event.value} now`);
    default: return make("note", JSON.stringify(event));
  }
}

const SIGNS = { up: "●", down: "▼", warn: "◆", change: "✎", note: "·" };

/** The panel. "onShow" is called with a service and a server when one is chosen. */
export class Events {
  constructor(panel, badge, onShow) {
    this.list = el("ol", { class: "events", "aria-label": "Events, the newest first" });
    this.none = el("p", { class: "hint" }, NOTHING);
    this.badge = badge;
    this.onShow = onShow;
    this.unseen = 0;
    this.seen = false;
    panel.append(this.none, this.list);
  }

  /** Adds what happened; "now" for what has just happened, else it is history. */
  add(type, event, now) {
    const told = describe(type, event);
    const at = Date.parse(event.time);
    const sentence = el(told.service ? "button" : "span", {
      class: "sentence",
      type: told.service ? "button" : null,
      onclick: told.service ? () => this.onShow(told.service, told.server) : null,
    }, told.sentence);
    const item = el("li", { "data-kind": told.kind, class: now ? "new" : "" },
      el("span", { class: "sign", "aria-hidden": "true" }, SIGNS[told.kind]),
      el("time", { datetime: event.time }, clock(at)), sentence);
    item.at = at;
    const before = [...this.list.children].find(each => each.at <= at);
    this.list.insertBefore(item, before ?? null);
    while (this.list.children.length > MOST) {
      this.list.lastElementChild.remove();
    }
    this.none.hidden = true;
    if (now && !this.seen) {
      this.unseen++;
      text(this.badge, this.unseen > 99 ? "99+" : String(this.unseen));
      this.badge.hidden = false;
    }
  }

  /** Whether the panel is in sight. */
  set visible(value) {
    this.seen = value;
    if (value) {
      this.unseen = 0;
      this.badge.hidden = true;
    }
  }
}
