// Who may change something: the token, asked for when it is needed, and what the page says where it cannot.

import { Problem } from "./client.js";
import { el } from "./format.js";

export class Access {
  #changes = "token";
  /** Called when there is a token. */
  onToken = () => {};

  constructor(client, dialog, button, toasts) {
    this.client = client;
    this.dialog = dialog;
    this.button = button;
    this.toasts = toasts;
    this.input = el("input", { type: "password", id: "token-input", autocomplete: "off", spellcheck: "false", required: true,
      pattern: "\\s*[!-~]+\\s*", title: "Visible characters of ASCII, no spaces" });
    this.why = el("p", {});
    this.wrong = el("p", { class: "wrong", role: "alert" });
    dialog.append(el("form", { method: "dialog" },
      el("h2", { id: "token-title" }, "The token of this endpoint"),
      this.why,
      el("label", { for: "token-input" }, "Token"), this.input, this.wrong,
      el("p", { class: "hint" }, "It is what is in the file of --admin-token-file. This page keeps it until it is closed."),
      el("div", { class: "buttons" },
        el("button", { type: "button", onclick: () => this.#end(false) }, "Cancel"),
        el("button", { type: "submit", class: "primary" }, "Use it"))));
    dialog.querySelector("form").addEventListener("submit", event => {
      event.preventDefault();
      this.#end(true);
    });
    dialog.addEventListener("cancel", () => this.#end(false));
    button.addEventListener("click", () => this.ask("Changes need it."));
  }

  /** What the endpoint says: "allowed", "token" or "refused". */
  set changes(value) {
    this.#changes = value;
    this.button.hidden = value !== "token" || this.client.hasToken;
  }

  /** Why nothing can be changed at all, or null. */
  get refusal() {
    return this.#changes === "refused"
      ? "This endpoint only reads. Give it a token (lvsd run --admin-token-file FILE) to change something here."
      : null;
  }

  #end(given) {
    this.dialog.close();
    if (given) {
      this.client.token = this.input.value.trim();
      this.button.hidden = true;
    }
    this.input.value = "";
    this.answer?.(given);
    this.answer = null;
    if (given) {
      this.onToken();
    }
  }

  /** Asks for the token. Returns whether one was given. */
  ask(why, wrong = "") {
    if (this.answer) {
      return this.asked;
    }
    this.why.textContent = why;
    this.wrong.textContent = wrong;
    this.dialog.showModal();
    this.asked = new Promise(resolve => {
      this.answer = resolve;
    });
    return this.asked;
  }

  /** Changes something, and asks for the token if that is what it takes. Returns whether it was done; tells why not. */
  async change(what, method, path, body = {}, match = null) {
    if (this.refusal !== null) {
      this.tell("wrong", this.refusal);
      return false;
    }
    let wrong = "";
    for (;;) {
      if (this.#changes === "token" && !this.client.hasToken && !(await this.ask("To change something, this endpoint wants its token.", wrong))) {
        return false;
      }
      try {
        await this.client.change(method, path, body, match);
        this.tell("done", what);
        return true;
      } catch (problem) {
        if (problem instanceof Problem && problem.status === 401 && this.#changes === "token") {
          this.client.token = null;
          wrong = "That was not the token.";
          continue;
        }
        this.tell("wrong", problem instanceof Problem && problem.status === 412
          ? "Somebody else has changed this in the meantime. Look at it again, and repeat."
          : "Not done: " + (problem instanceof Problem ? problem.message : "no answer from the endpoint"));
        return false;
      }
    }
  }

  /** Says something for some seconds; what is long, such as the errors of a file, for more of them. */
  tell(kind, sentence) {
    const toast = el("p", { class: "toast " + kind }, sentence);
    this.toasts.append(toast);
    setTimeout(() => toast.remove(), kind === "done" ? 4000 : Math.min(30_000, Math.max(9000, sentence.length * 50)));
  }
}
