// What both pictures of patterns are made of: SVG elements, their two sizes, and a node that is a link.

const SVG = "http://www.w3.org/2000/svg";

export const WIDE = { width: 780, height: 560 };
export const NARROW = { width: 460, height: 560 };

export function element(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

export const round = (x) => Math.round(x * 10) / 10;
export const short = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

export function makeNode(key, place, href, name) {
  return element("a", {
    class: "graph__node", href, "data-node": key, "aria-label": name,
    transform: `translate(${round(place.x)} ${round(place.y)})`,
  }, element("title", {}, name));
}
