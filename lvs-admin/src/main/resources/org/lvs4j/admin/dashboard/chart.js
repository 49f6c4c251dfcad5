// Small charts: a line with an area below it, a strip of states over time, a bar of shares.

import { attribute, svg } from "./format.js";

/** The paths of the line and of its area for values from the oldest to the newest, in a box; gaps stay empty. */
export function paths(values, width, height, top) {
  const points = [];
  let line = "";
  let area = "";
  const step = width / Math.max(1, values.length - 1);
  const flush = () => {
    if (points.length > 0) {
      const drawn = points.map(([x, y]) => x.toFixed(1) + " " + y.toFixed(1)).join("L");
      line += "M" + drawn + (points.length === 1 ? "h.1" : "");
      area += "M" + points[0][0].toFixed(1) + " " + height + "L" + drawn + "L" + points.at(-1)[0].toFixed(1) + " " + height + "Z";
      points.length = 0;
    }
  };
  let i = 0;
  for (const value of values) {
    if (Number.isNaN(value)) {
      flush();
    } else {
      points.push([i * step, height - 1 - (top > 0 ? Math.min(1, value / top) : 0) * (height - 3)]);
    }
    i++;
  }
  flush();
  return { line, area };
}

/** The next round number above all values, so that a chart does not change its scale with each value. */
export function ceiling(values, least) {
  let top = least;
  for (const value of values) {
    if (value > top) {
      top = value;
    }
  }
  const magnitude = 10 ** Math.floor(Math.log10(top));
  return [1, 2, 5, 10].map(n => n * magnitude).find(n => n >= top * 0.999) ?? top;
}

/** A chart of one ring. For people who see; the figure beside it is for all. */
export class Spark {
  constructor(width, height, kind = "") {
    this.width = width;
    this.height = height;
    this.area = svg("path", { class: "area" });
    this.line = svg("path", { class: "line" });
    this.element = svg("svg", {
      class: "spark " + kind,
      viewBox: "0 0 " + width + " " + height,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    }, this.area, this.line);
  }

  draw(ring, least = 1) {
    const { line, area } = paths(ring, this.width, this.height, ceiling(ring, least));
    attribute(this.line, "d", line);
    attribute(this.area, "d", area);
  }

  clear() {
    attribute(this.line, "d", "");
    attribute(this.area, "d", "");
  }
}

/** Up and down over the last minutes. */
export class Strip {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.known = svg("path", { class: "up" });
    this.down = svg("path", { class: "down" });
    this.element = svg("svg", {
      class: "strip",
      viewBox: "0 0 " + width + " " + height,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    }, this.known, this.down);
  }

  /** Segments of {from, to, up}, as parts of the width from 0 to 1. Down is as high as the strip, up is lower: not by colour only. */
  draw(segments) {
    let up = "";
    let down = "";
    for (const segment of segments) {
      const x = segment.from * this.width;
      const w = Math.max(segment.up ? 0 : 1.5, (segment.to - segment.from) * this.width);
      if (segment.up) {
        up += `M${x.toFixed(1)} ${this.height * 0.35}h${w.toFixed(1)}v${this.height * 0.3}h-${w.toFixed(1)}Z`;
      } else {
        down += `M${x.toFixed(1)} 0h${w.toFixed(1)}v${this.height}h-${w.toFixed(1)}Z`;
      }
    }
    attribute(this.known, "d", up);
    attribute(this.down, "d", down);
  }
}
