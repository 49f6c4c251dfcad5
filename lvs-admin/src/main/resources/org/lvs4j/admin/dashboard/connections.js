// The connection explorer: where a client would go and why, and the connections that are there.

import { duration, el, exact, plural, serviceName, text } from "./format.js";

const PAGE = 50;

/** What the schedulers that compare servers compare. */
const COSTS = {
  lc: "256 × active + inactive connections",
  wlc: "(256 × active + inactive connections) / weight",
  lblc: "(256 × active + inactive connections) / weight, when its address has no server yet",
  sed: "(active connections + 1) / weight",
  nq: "(active connections + 1) / weight, unless a server is idle",
};

/** The answer of "explain" as a sentence. */
export function explained(client, answer) {
  const host = client.slice(0, client.lastIndexOf(":"));
  const server = answer.server;
  const others = answer.candidates.filter(each => each.considered && !each.picked && typeof each.cost === "number");
  const picked = answer.candidates.find(each => each.picked);
  switch (answer.reason) {
    case "template":
      return `${host} is kept on ${server} by persistence`
        + (answer.template?.expiresInSeconds !== undefined ? `, for ${duration(answer.template.expiresInSeconds)} after its last connection has ended` : "")
        + ". The scheduler is not asked.";
    case "scheduler": {
      const next = others.toSorted((a, b) => a.cost - b.cost)[0];
      return `${answer.scheduler} picks ${server} for the next connection`
        + (picked && typeof picked.cost === "number" && next
          ? `: with ${number(picked.cost)} it has the lowest cost; the next one is ${next.server} with ${number(next.cost)}.`
          : ".")
        + (COSTS[answer.scheduler] ? ` The cost is ${COSTS[answer.scheduler]}.` : "");
    }
    default:
      return "No server can take this connection: each one is down, full, being drained, or has weight 0.";
  }
}

function number(value) {
  return String(Math.round(value * 1000) / 1000);
}

export class Connections {
  #next = null;
  #run = 0;

  constructor(panel, model, client) {
    this.model = model;
    this.client = client;
    this.clientInput = el("input", { id: "why-client", placeholder: "10.9.0.7 or 10.9.0.7:4000", autocomplete: "off", spellcheck: "false", required: true });
    this.service = el("select", { id: "why-service", required: true, onchange: () => this.#choose() });
    // A mark has no address: the client says which one it connects to.
    this.virtual = el("input", { id: "why-virtual", placeholder: "10.0.0.1:80", autocomplete: "off", spellcheck: "false", hidden: true });
    this.virtualLabel = el("label", { for: "why-virtual", hidden: true }, "To");
    this.answer = el("div", { class: "why", role: "status" });
    this.filters = {
      client: el("input", { id: "by-client", placeholder: "client", autocomplete: "off", spellcheck: "false" }),
      virtual: el("input", { id: "by-virtual", placeholder: "virtual address", autocomplete: "off", spellcheck: "false" }),
      server: el("input", { id: "by-server", placeholder: "server", autocomplete: "off", spellcheck: "false" }),
      state: el("select", { id: "by-state" }, el("option", { value: "" }, "any state"),
        ["ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "UDP"]
          .map(each => el("option", {}, each))),
    };
    this.list = el("ol", { class: "connections", "aria-label": "Connections" });
    this.status = el("p", { class: "hint", role: "status" }, "Of one client, one server or one service: give what you know.");
    this.more = el("button", { type: "button", hidden: true, onclick: () => this.#load(true) }, "More");
    const why = el("form", { class: "fields" },
      el("h2", {}, "Why this server?"),
      el("label", { for: "why-client" }, "Client"), this.clientInput,
      el("label", { for: "why-service" }, "Service"), this.service, this.virtualLabel, this.virtual,
      el("button", { type: "submit", class: "primary" }, "Explain"));
    why.addEventListener("submit", event => {
      event.preventDefault();
      this.#explain();
    });
    const find = el("form", { class: "fields" },
      el("h2", {}, "Connections"),
      Object.entries(this.filters).flatMap(([name, input]) => [el("label", { for: "by-" + name }, name[0].toUpperCase() + name.slice(1)), input]),
      el("button", { type: "submit", class: "primary" }, "List"));
    find.addEventListener("submit", event => {
      event.preventDefault();
      this.#load(false);
    });
    panel.append(why, this.answer, find, this.status, this.list, this.more);
  }

  /** Lists the services to choose from, if they are others. */
  draw() {
    const ids = this.model.services.map(each => each.id).filter(id => /^(tcp|udp|sctp|fwmark6?):/.test(id));
    const key = ids.join();
    if (this.key !== key) {
      this.key = key;
      const chosen = this.service.value;
      this.service.replaceChildren(...ids.map(id => el("option", { value: id }, serviceName(id))));
      if (ids.includes(chosen)) {
        this.service.value = chosen;
      }
      this.#choose();
    }
  }

  /** Shows connections by what is known of them: {client, virtual: id of a service, server}. */
  show(known) {
    for (const [name, input] of Object.entries(this.filters)) {
      const value = known[name] ?? "";
      input.value = name === "virtual" ? address(value) : value;
    }
    if (known.virtual) {
      this.service.value = known.virtual;
      this.#choose();
    }
    this.#load(false);
  }

  #choose() {
    const mark = this.service.value.startsWith("fwmark");
    this.virtual.hidden = !mark;
    this.virtualLabel.hidden = !mark;
    this.virtual.required = mark;
  }

  async #explain() {
    const client = withPort(this.clientInput.value.trim());
    const id = this.service.value;
    const query = new URLSearchParams({ client });
    if (id.startsWith("fwmark")) {
      query.set("mark", id.slice(id.indexOf(":") + 1));
      query.set("virtual", this.virtual.value.trim());
    } else {
      query.set("protocol", id.slice(0, id.indexOf(":")));
      query.set("virtual", address(id));
    }
    try {
      const answer = await this.client.get("/api/v1/explain?" + query);
      this.answer.replaceChildren(el("p", { class: "verdict" }, explained(client, answer)), candidates(answer));
      if (client === this.clientInput.value.trim()) {
        await this.#present(client, id);
      }
    } catch (problem) {
      this.answer.replaceChildren(el("p", { class: "wrong" }, problem.message));
    }
  }

  /** Where a client with its port is connected to already: no scheduler is asked for a connection that is there. */
  async #present(client, id) {
    const query = new URLSearchParams({ client, virtual: address(id), limit: 1 });
    const present = address(id) === "" ? null : (await this.client.get("/api/v1/connections?" + query)).connections[0];
    if (present) {
      this.answer.prepend(el("p", {}, `${client} has a connection to ${present.server} (${present.state}), which stays there. For a new one:`));
    }
  }

  async #load(more) {
    const run = ++this.#run;
    const query = new URLSearchParams({ limit: PAGE });
    for (const [name, input] of Object.entries(this.filters)) {
      if (input.value.trim() !== "") {
        query.set(name, input.value.trim());
      }
    }
    if (more && this.#next !== null) {
      query.set("after", this.#next);
    }
    text(this.status, "Looking …");
    try {
      const page = await this.client.get("/api/v1/connections?" + query);
      if (run !== this.#run) {
        return;
      }
      const items = page.connections.map(each => this.#item(each));
      if (more) {
        this.list.append(...items);
      } else {
        this.list.replaceChildren(...items);
      }
      this.#next = page.next;
      this.more.hidden = page.next === null;
      text(this.status, this.list.children.length === 0
        ? "No such connection."
        : plural(this.list.children.length, "connection") + (page.next === null ? "." : ", and more."));
    } catch (problem) {
      text(this.status, problem.message);
      this.more.hidden = true;
    }
  }

  #item(connection) {
    return el("li", {},
      el("span", { class: "path" }, connection.client, el("span", { "aria-hidden": "true" }, " → "),
        el("span", { class: "hidden" }, " to "), connection.server),
      el("span", { class: "tags" }, connection.protocol + " " + connection.virtual + " · " + connection.state + " · "
        + duration(connection.expiresInSeconds) + " left"),
      el("button", {
        type: "button", class: "link",
        "aria-label": "Why does " + connection.client + " get its server?",
        onclick: () => {
          this.clientInput.value = connection.client;
          const id = connection.protocol + ":" + connection.virtual;
          if ([...this.service.options].some(each => each.value === id)) {
            this.service.value = id;
            this.#choose();
          }
          this.answer.scrollIntoView({ block: "nearest" });
          this.#explain();
        },
      }, "why?"));
  }
}

/** What the scheduler compares, the chosen one first. */
function candidates(answer) {
  if (answer.candidates.length === 0) {
    return "";
  }
  const most = Math.max(...answer.candidates.map(each => (typeof each.cost === "number" && Number.isFinite(each.cost) ? each.cost : 0)));
  const rows = answer.candidates.toSorted((a, b) => b.picked - a.picked || b.considered - a.considered || (a.cost ?? 0) - (b.cost ?? 0))
    .slice(0, 100)
    .map(each => {
      const bar = el("span", { class: "fill" });
      bar.style.width = most > 0 && typeof each.cost === "number" ? (each.cost / most) * 100 + "%" : "0";
      return el("tr", { "data-picked": each.picked ? "yes" : null, "data-out": each.considered ? null : "yes" },
        el("th", { scope: "row" }, (each.picked ? "✔ " : "") + each.server),
        el("td", {}, String(each.weight)),
        el("td", {}, exact(each.active)),
        el("td", {}, exact(each.inactive)),
        el("td", { class: "cost" }, each.considered
          ? [el("span", { class: "track", "aria-hidden": "true" }, bar), typeof each.cost === "number" ? number(each.cost) : ""]
          : each.overloaded ? "full" : each.weight === 0 ? "weight 0" : "not asked"));
    });
  return el("table", {}, el("thead", {}, el("tr", {}, ["Server", "Weight", "Active", "Inact.", "Cost"].map(each => el("th", { scope: "col" }, each)))),
    el("tbody", {}, rows));
}

/** The address of a service: tcp:10.0.0.1:80 as 10.0.0.1:80; of one without an address nothing. */
function address(id) {
  return /^(tcp|udp|sctp):/.test(id) ? id.slice(id.indexOf(":") + 1) : "";
}

/** A client with a port; without one, with some port. */
function withPort(client) {
  if (/^\[.*\]:\d+$|^[\d.]+:\d+$/.test(client)) {
    return client;
  }
  return client.includes(":") && !client.startsWith("[") ? "[" + client + "]:40000" : client + ":40000";
}

