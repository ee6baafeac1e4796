// Pictures of who is with whom and of passages between cameras, drawn as SVG from the JSON that the
// API gives. Every person and camera is a link, so that the picture is walked by mouse, by Tab, or
// by arrow keys; the table beside it says the same without JavaScript.

import { drawCompany } from "./graph_company.js";
import { drawPassages } from "./graph_passages.js";
import { NARROW, WIDE, element } from "./graph_svg.js";

const narrow = window.matchMedia("(max-width: 40rem)");
let arriving = false;

const DRAW = { company: drawCompany, passages: drawPassages };
const drawn = new WeakMap();

async function load(figure) {
  const canvas = figure.querySelector("[data-canvas]");
  try {
    const answer = await fetch(figure.dataset.source, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`the answer was ${answer.status}`);
    drawn.set(figure, await answer.json());
    draw(figure);
  } catch {
    const said = document.createElement("p");
    said.className = "quiet";
    said.textContent = "The picture could not be drawn now. The table says the same.";
    canvas.replaceChildren(said);
  }
  canvas.removeAttribute("aria-busy");
}

function draw(figure) {
  const data = drawn.get(figure);
  if (!data) return;
  const size = narrow.matches ? NARROW : WIDE;
  const what = figure.dataset.graph === "company" ? "Who is with whom" : "Passages between cameras";
  const svg = element("svg", {
    class: "graph__svg", viewBox: `0 0 ${size.width} ${size.height}`, role: "group", "aria-label": what,
  }, ...DRAW[figure.dataset.graph](figure, data, size));
  figure.querySelector("[data-canvas]").replaceChildren(svg);
  if (arriving) {
    arriving = false;
    (svg.querySelector("[aria-current]") ?? document.querySelector("#pattern-head"))?.focus();
  }
}

function light(node) {
  const svg = node.ownerSVGElement;
  const key = node.dataset.node;
  svg.classList.add("graph__svg--lit");
  for (const line of svg.querySelectorAll("[data-ends]")) {
    const ends = line.dataset.from ? [line.dataset.from] : line.dataset.ends.split(" ");
    line.classList.toggle("graph__line--lit", ends.includes(key));
  }
  for (const label of svg.querySelectorAll(".graph__share")) {
    label.classList.toggle("graph__share--lit", label.dataset.from === key);
  }
}

function dim(node) {
  node.ownerSVGElement?.classList.remove("graph__svg--lit");
}

for (const [event, act] of [["pointerover", light], ["focusin", light], ["pointerout", dim], ["focusout", dim]]) {
  document.addEventListener(event, (e) => {
    const node = e.target.closest?.(".graph__node");
    if (node) act(node);
  });
}

document.addEventListener("click", (event) => {
  const node = event.target.closest?.(".graph__node");
  if (!node || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  walk(node.getAttribute("href"));
});

function walk(address) {
  arriving = true;
  htmx.ajax("GET", address, { target: "#pattern", swap: "outerHTML" });
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

document.addEventListener("keydown", (event) => {
  const node = event.target.closest?.(".graph__node");
  const way = ARROWS[event.key];
  if (!node || !way || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const own = placeOf(node);
  let best = null;
  let least = Infinity;
  for (const other of node.ownerSVGElement.querySelectorAll(".graph__node")) {
    const place = placeOf(other);
    const [dx, dy] = [place.x - own.x, place.y - own.y];
    const ahead = dx * way[0] + dy * way[1];
    if (other === node || ahead <= 1) continue;
    const cost = ahead + 2 * Math.abs(dx * way[1] + dy * way[0]);
    if (cost < least) [best, least] = [other, cost];
  }
  best?.focus();
});

function placeOf(node) {
  const { e, f } = node.transform.baseVal.consolidate().matrix;
  return { x: e, y: f };
}

function start(within = document) {
  for (const figure of within.querySelectorAll("[data-graph]")) {
    if (!drawn.has(figure)) load(figure);
  }
}

document.addEventListener("htmx:afterSettle", () => {
  // What the filters say stays true of what was walked to.
  const asked = new URL(window.location.href).searchParams;
  const select = document.querySelector("#pattern-camera");
  if (select) select.value = asked.get("camera") ?? "";
  start();
});
window.addEventListener("popstate", () => window.location.reload());
narrow.addEventListener("change", () => document.querySelectorAll("[data-graph]").forEach(draw));
start();
