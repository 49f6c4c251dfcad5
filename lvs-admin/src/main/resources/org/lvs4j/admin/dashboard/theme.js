// Light, dark, or as the system says; remembered by the browser.

import { attribute, text } from "./format.js";

const SIGNS = { system: "◐", light: "☀", dark: "☾" };
const NAMES = Object.keys(SIGNS);
const KEY = "lvs4j-theme";

export class Theme {
  #name;

  constructor(button) {
    this.button = button;
    button.addEventListener("click", () => this.next());
    this.#set(remembered());
  }

  next() {
    this.#set(NAMES[(NAMES.indexOf(this.#name) + 1) % NAMES.length]);
  }

  #set(name) {
    this.#name = name;
    attribute(document.documentElement, "data-theme", name === "system" ? null : name);
    text(this.button, SIGNS[name]);
    attribute(this.button, "aria-label", "Theme: " + (name === "system" ? "as the system" : name));
    try {
      localStorage.setItem(KEY, name);
    } catch {
      // A browser that keeps nothing.
    }
  }
}

function remembered() {
  try {
    const name = localStorage.getItem(KEY);
    return NAMES.includes(name) ? name : "system";
  } catch {
    return "system";
  }
}
