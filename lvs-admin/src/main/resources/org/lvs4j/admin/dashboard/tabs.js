// The tabs beside the table; on a phone the table is one of them.

import { attribute } from "./format.js";

const NAMES = ["servers", "details", "events", "connections"];

export class Tabs {
  /** Whether there is room for one thing at a time only. */
  narrow = matchMedia("(max-width: 900px)");
  #onShow;

  constructor(onShow) {
    this.#onShow = onShow;
    for (const name of NAMES) {
      this.#tab(name).addEventListener("click", () => this.show(name));
      this.#tab(name).addEventListener("keydown", event => this.#key(name, event));
    }
    this.narrow.addEventListener("change", () =>
      this.show(this.narrow.matches ? "servers" : this.shown === "servers" ? "details" : this.shown));
    this.show(this.narrow.matches ? "servers" : "details");
  }

  #tab(name) {
    return document.getElementById("tab-" + name);
  }

  show(name) {
    this.shown = name;
    for (const each of NAMES) {
      const on = each === name;
      attribute(this.#tab(each), "aria-selected", String(on));
      attribute(this.#tab(each), "tabindex", on ? "0" : "-1");
      if (each !== "servers") {
        document.getElementById("panel-" + each).hidden = !on;
      }
    }
    attribute(document.body, "data-tab", name);
    this.#onShow(name);
  }

  #key(name, event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by) {
      const shown = NAMES.filter(each => this.#tab(each).offsetParent !== null);
      const next = shown[(shown.indexOf(name) + by + shown.length) % shown.length];
      this.show(next);
      this.#tab(next).focus();
    }
  }
}
