// The last values of one figure.

/** A ring of numbers; a gap is NaN. */
export class Ring {
  #values;
  #next = 0;

  constructor(size) {
    this.#values = new Float32Array(size).fill(NaN);
  }

  add(value) {
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % this.#values.length;
  }

  /** From the oldest to the newest. */
  *[Symbol.iterator]() {
    for (let i = 0; i < this.#values.length; i++) {
      yield this.#values[(this.#next + i) % this.#values.length];
    }
  }

  get length() {
    return this.#values.length;
  }

  get last() {
    return this.#values[(this.#next + this.#values.length - 1) % this.#values.length];
  }
}
