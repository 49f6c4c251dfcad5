// The last values of one figure.

/** A ring of numbers; a gap is NaN. */
export class Ring {
  /** The sum of the values that are there. */
  total = 0;
  #values;
  #next = 0;

  constructor(size) {
    this.#values = new Float32Array(size).fill(NaN);
  }

  add(value) {
    // A running sum, made anew once in each round, so that rounding errors do not gather.
    const old = this.#values[this.#next];
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % this.#values.length;
    if (this.#next === 0) {
      this.total = 0;
      this.#values.forEach(each => {
        this.total += Number.isNaN(each) ? 0 : each;
      });
    } else {
      this.total += (Number.isNaN(value) ? 0 : this.last) - (Number.isNaN(old) ? 0 : old);
    }
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
