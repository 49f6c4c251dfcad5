// Reads the endpoint: everything every two seconds, and whenever a change is told; slower where that is much, or nobody looks.

import { Problem } from "./client.js";

const INTERVAL_MILLIS = 2000;
const FIRST_INTERVAL_MILLIS = 1000;
const LONGEST_INTERVAL_MILLIS = 15_000;
const HIDDEN_INTERVAL_MILLIS = 10_000;
const AGAIN_MILLIS = 200;
const AFTER_EVENT_MILLIS = 150;
const RETRY_MILLIS = [1000, 2000, 4000, 8000, 10_000];
const STREAM_RETRY_MILLIS = 2000;

/**
 * Fills the model. The page is told by functions: read(restarted) after each reading, event(type, event) with each change,
 * lost(problem, wait) when a reading has failed and the next one comes in some milliseconds, locked() when nothing can be
 * read without the token and nobody has given it.
 */
export class Reader {
  #failures = 0;
  #durations = [];
  #timer = null;
  #dueAt = Infinity;
  #startedAt = -Infinity;
  #pause = FIRST_INTERVAL_MILLIS;
  #reading = false;
  #again = false;
  #locked = false;
  #stream = null;
  #wakeStream = () => {};

  constructor(client, access, model, page) {
    this.client = client;
    this.access = access;
    this.model = model;
    this.page = page;
    access.onToken = () => {
      this.#locked = false;
      this.soon(0);
    };
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) {
        this.#stream?.abort();
      } else if (!this.#locked) {
        this.soon(0);
      }
    });
  }

  start() {
    this.#read();
    this.#follow();
  }

  /** Reads everything now, or after some milliseconds, or earlier if that is planned already. */
  soon(millis) {
    const now = performance.now();
    if (now + millis < this.#dueAt) {
      this.#dueAt = now + millis;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#read(), millis);
    }
  }

  /** Reads after a change. Any number of changes, however close together, cost a part of the time only. */
  #afterEvent() {
    this.soon(Math.max(AFTER_EVENT_MILLIS, this.#startedAt + this.#pause - performance.now()));
  }

  async #read() {
    this.#dueAt = Infinity;
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    this.#again = false;
    this.#startedAt = performance.now();
    let wait;
    try {
      const overview = await this.client.get("/api/v1/overview");
      const drains = overview.services.some(service => service.servers.some(each => each.draining))
        ? (await this.client.get("/api/v1/drains")).drains
        : [];
      this.#failures = 0;
      this.#wakeStream();
      this.page.read(this.model.take(overview, Date.now(), drains));
      wait = this.#interval();
    } catch (problem) {
      wait = problem instanceof Problem && problem.status === 401 ? await this.#unlock() : this.#retry(problem);
    }
    this.#reading = false;
    if (wait !== Infinity) {
      // Nobody looks: the charts go on, at a slower pace.
      this.soon(this.#again ? AGAIN_MILLIS : document.hidden ? Math.max(wait, HIDDEN_INTERVAL_MILLIS) : wait);
    }
  }

  /** A large balancer is asked less often: reading takes a tenth of the time at most. One slow answer says nothing. */
  #interval() {
    this.#durations.push(performance.now() - this.#startedAt);
    if (this.#durations.length < 3) {
      return FIRST_INTERVAL_MILLIS;
    }
    this.#durations.splice(0, this.#durations.length - 3);
    this.#pause = Math.min(LONGEST_INTERVAL_MILLIS, Math.max(FIRST_INTERVAL_MILLIS, 10 * Math.min(...this.#durations)));
    return Math.max(INTERVAL_MILLIS, this.#pause);
  }

  async #unlock() {
    const wrong = this.client.hasToken;
    this.client.token = null;
    this.#failures++;
    this.#stream?.abort();
    if (await this.access.ask("This endpoint shows nothing without its token.", wrong ? "That was not the token." : "")) {
      return 0;
    }
    // Not asked again by itself: "Unlock" asks.
    this.#locked = true;
    this.page.locked();
    return Infinity;
  }

  #retry(problem) {
    const wait = RETRY_MILLIS[Math.min(this.#failures, RETRY_MILLIS.length - 1)];
    this.#failures++;
    this.#stream?.abort();
    this.page.lost(problem, wait);
    return wait;
  }

  /** The stream of changes, again and again, at first with all that the endpoint remembers. A change is a reason to read. */
  async #follow() {
    let lastId = "none";
    for (;;) {
      // Not in a page that nobody looks at: a browser opens six connections to one server, for all of its pages.
      while (document.hidden || this.#failures > 0 || this.model.overview === null) {
        await new Promise(resolve => {
          this.#wakeStream = resolve;
        });
      }
      this.#stream = new AbortController();
      try {
        await this.client.readEvents(lastId, (type, event, id) => {
          lastId = id;
          this.page.event(type, event);
          this.#afterEvent();
        }, this.#stream.signal);
      } catch {
        // Told where everything is read.
      }
      await new Promise(resolve => setTimeout(resolve, STREAM_RETRY_MILLIS));
    }
  }
}
