// Numbers, times and elements as people read them.

const UNITS = ["", "k", "M", "G", "T", "P"];

/** A count in at most four characters and a unit: 950, 1.2k, 34M. */
export function count(value) {
  if (value === null || value === undefined || Number.isNaN(value)) {
    return "–";
  }
  let unit = 0;
  let scaled = value;
  while (Math.abs(scaled) >= 999.5 && unit < UNITS.length - 1) {
    scaled /= 1000;
    unit++;
  }
  const digits = scaled !== 0 && Math.abs(scaled) < 9.95 && (unit > 0 || !Number.isInteger(scaled)) ? 1 : 0;
  return scaled.toFixed(digits) + UNITS[unit];
}

/** Bytes a second. */
export function byteRate(value) {
  return value === null || value === undefined ? "–" : count(value).replace(/(?=[kMGTP]?$)/, "\u202f") + "B/s";
}

/** A whole number with spaces between thousands. */
export function exact(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

export function percent(part) {
  return part === null ? "–" : (part > 0 && part < 0.0095 ? "<1" : Math.round(part * 100)) + " %";
}

/** A length of time in words: 45 s, 12 min, 3 h 20 min, 2 d. */
export function duration(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) {
    return s + " s";
  }
  const min = Math.floor(s / 60);
  if (min < 60) {
    return s % 60 === 0 || min >= 10 ? min + " min" : min + " min " + (s % 60) + " s";
  }
  const h = Math.floor(min / 60);
  if (h < 24) {
    return min % 60 === 0 ? h + " h" : h + " h " + (min % 60) + " min";
  }
  const d = Math.floor(h / 24);
  return h % 24 === 0 || d >= 10 ? d + " d" : d + " d " + (h % 24) + " h";
}

/** The time of day of a moment in milliseconds, with the date if it is another day. */
export function clock(millis) {
  const at = new Date(millis);
  const pad = n => String(n).padStart(2, "0");
  const time = pad(at.getHours()) + ":" + pad(at.getMinutes()) + ":" + pad(at.getSeconds());
  return at.toDateString() === new Date().toDateString()
    ? time
    : at.getFullYear() + "-" + pad(at.getMonth() + 1) + "-" + pad(at.getDate()) + " " + time;
}

/** What a service is called on the page: tcp:10.0.0.1:80 as "tcp 10.0.0.1:80". */
export function serviceName(id) {
  const colon = id.indexOf(":");
  return id.slice(0, colon) + " " + id.slice(colon + 1);
}

/** One word, or its plural. */
export function plural(n, one, many = one + "s") {
  return n + " " + (n === 1 ? one : many);
}

/**
 * An element. Properties that begin with "on" are listeners, "data-", "aria-" and other attributes are set as they are;
 * children are texts or elements. Nothing is ever parsed as HTML.
 */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (name === "class") {
      element.className = value;
    } else if (value === true) {
      element.setAttribute(name, "");
    } else {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** An element of SVG. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Sets the text of an element, if it is another one: what does not change costs no layout. */
export function text(element, value) {
  if (element.textContent !== value) {
    element.textContent = value;
  }
}

/** Sets or removes an attribute, if it is another one. */
export function attribute(element, name, value) {
  if (value === null || value === undefined || value === false) {
    if (element.hasAttribute(name)) {
      element.removeAttribute(name);
    }
  } else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value);
  }
}
