// The keys of the page, and the list of them.

import { el } from "./format.js";

const KEYS = [
  ["/", "search"], ["↑ ↓, j k", "move in the table"], ["← →", "fold and unfold a service"], ["Enter", "details"],
  ["w", "weight of the server"], ["d", "drain the server, or take it back"], ["e", "events"], ["c", "connections"],
  ["p", "problems only, and all again"], ["t", "theme"], ["Esc", "back to the table"], ["?", "this list"],
];
const SIGNS = [
  ["●", "up, or in use without a check"], ["▼", "down, by its check"], ["◆", "a service with servers that are down"],
  ["◐", "draining: no new connections, old ones may end"], ["○", "drained, or weight 0"], ["■", "full: at its upper threshold"],
];
export class Keys {
  /**
   * @param dialog that lists them
   * @param actions what to do, by key
   * @param back what Escape does
   */
  constructor(dialog, actions, back) {
    this.dialog = dialog;
    this.actions = { ...actions, "?": () => this.show() };
    this.back = back;
    dialog.append(el("form", { method: "dialog" },
      el("h2", { id: "keys-title" }, "Keys and signs"),
      list(KEYS, key => el("kbd", {}, key)),
      list(SIGNS, sign => sign),
      el("p", { class: "hint" }, "All that is here, as JSON: ", el("a", { href: "/openapi.json" }, "/openapi.json"), ", and for Prometheus: ",
        el("a", { href: "/metrics" }, "/metrics"), "."),
      el("div", { class: "buttons" }, el("button", { class: "primary" }, "Close"))));
    document.addEventListener("keydown", event => this.#key(event));
  }

  show() {
    this.dialog.showModal();
  }

  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) {
      return;
    }
    if (event.key === "Escape") {
      this.back();
    } else if (!/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && Object.hasOwn(this.actions, event.key)) {
      event.preventDefault();
      this.actions[event.key]();
    }
  }
}

function list(entries, sign) {
  return el("dl", { class: "keys" }, entries.flatMap(([what, meaning]) => [el("dt", {}, sign(what)), el("dd", {}, meaning)]));
}
