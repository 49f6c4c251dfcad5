// The admin endpoint: requests with their errors, and the stream of changes.

const TIMEOUT_MILLIS = 10_000;

/** An answer that is no success, with the sentence that the endpoint gives for people. */
export class Problem extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** Talks to one endpoint. The token is held in memory only: a page that is closed forgets it. */
export class Client {
  #token = null;

  set token(value) {
    this.#token = value;
  }

  get hasToken() {
    return this.#token !== null;
  }

  #headers(more = {}) {
    return this.#token === null ? more : { ...more, Authorization: "Bearer " + this.#token };
  }

  /** Reads JSON. */
  async get(path) {
    return (await this.#send(path, { headers: this.#headers() })).body;
  }

  /** Reads JSON with its ETag. */
  async getTagged(path) {
    return this.#send(path, { headers: this.#headers() });
  }

  /** Changes something; "match" is the ETag of what it changes, or null. */
  async change(method, path, body = {}, match = null) {
    const headers = this.#headers({ "Content-Type": "application/json" });
    if (match !== null) {
      headers["If-Match"] = match;
    }
    return (await this.#send(path, { method, headers, body: method === "DELETE" ? undefined : JSON.stringify(body) })).body;
  }

  async #send(path, options) {
    const response = await fetch(path, { ...options, cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MILLIS) });
    const type = response.headers.get("Content-Type") ?? "";
    const body = type.includes("json") ? await response.json() : null;
    if (!response.ok) {
      throw new Problem(response.status, body?.detail ?? "status " + response.status);
    }
    return { body, etag: response.headers.get("ETag") };
  }

  /**
   * Reads the stream of changes after one of them until it ends. Not an EventSource: that could not send the token.
   *
   * @param lastId the number of the change; if the endpoint does not know it, everything that it remembers comes
   * @param signal ends it
   */
  async readEvents(lastId, onEvent, signal) {
    const headers = this.#headers({ "Last-Event-ID": lastId });
    const response = await fetch("/api/v1/events", { headers, cache: "no-store", signal });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Problem(response.status, "the stream of changes was refused");
    }
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    let id = lastId;
    for (;;) {
      const { value, done } = await reader.read();
      if (done) {
        return;
      }
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        const event = parse(block);
        id = event.id ?? id;
        if (event.data) {
          onEvent(event.type, JSON.parse(event.data), id);
        }
      }
    }
  }
}

function parse(block) {
  const event = { type: "message", data: "", id: null };
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    const value = line.slice(colon + 1).trimStart();
    switch (line.slice(0, colon)) {
      case "id": event.id = value; break;
      case "event": event.type = value; break;
      case "data": event.data += value; break;
      default:
    }
  }
  return event;
}

/** The path of a service or a server. */
export function servicePath(id) {
  return "/api/v1/services/" + encodeURIComponent(id);
}

export function serverPath(id, server) {
  return servicePath(id) + "/servers/" + encodeURIComponent(server);
}
