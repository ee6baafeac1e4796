// Cameras as a graph: from which to which people pass, how likely, and how long it takes.

import { around, beside, ring } from "./graph_layout.js";
import { element, makeNode, round, short } from "./graph_svg.js";

function lasting(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 360) / 10} h`;
}

export function drawPassages(figure, data, size) {
  const keys = data.cameras.map((camera) => camera.id);
  const known = new Set(keys);
  const edges = data.passages
    .filter((passage) => known.has(passage.target) && known.has(passage.origin))
    .map((passage) => ({ ...passage, a: passage.origin, b: passage.target, weight: passage.probability }));
  const middle = Number(figure.dataset.middle) || null;
  const places = middle && known.has(middle) && keys.length > 2
    ? around(middle, keys, edges, size)
    : ring(beside(keys, edges), size, 0.37);
  const names = new Map(data.cameras.map((camera) => [camera.id, camera.name]));
  const few = edges.length <= 16 || middle;
  const lines = element("g", { class: "graph__lines" });
  const labels = element("g", { class: "graph__labels", "aria-hidden": "true" });
  for (const edge of edges) {
    const path = curve(places.get(edge.a), places.get(edge.b), edge.a === edge.b, size);
    const share = `${Math.round(edge.probability * 100)} %`;
    const line = element("path", {
      class: "graph__line graph__line--more", d: path.d, fill: "none",
      "stroke-width": round(1 + 6 * edge.probability),
      "stroke-opacity": round(0.3 + 0.7 * Math.min(1, edge.probability * 1.6)),
      "marker-end": "url(#graph-arrow)", "data-ends": `${edge.a} ${edge.b}`, "data-from": edge.a,
    });
    const takes = edge.usual_s === null ? "" : `, usually ${lasting(edge.usual_s)}`;
    line.append(element("title", {}, `${names.get(edge.a)} to ${names.get(edge.b)}: ${share} (${edge.count} of ${edge.left})${takes}`));
    lines.append(line);
    const time = edge.usual_s === null || !few ? "" : ` · ${lasting(edge.usual_s)}`;
    labels.append(element("text", {
      class: `graph__share${few && edge.probability >= 0.05 ? "" : " graph__share--later"}`,
      x: round(path.x), y: round(path.y), "data-from": edge.a,
    }, `${share}${time}`));
  }
  const nodes = data.cameras.map((camera) => {
    const text = short(camera.name, 14);
    const half = Math.max(30, text.length * 4.1 + 12);
    const link = `${figure.dataset.walk}&camera=${camera.id}`;
    const place = places.get(camera.id);
    place.x = Math.min(size.width - half - 4, Math.max(half + 4, place.x));
    const visits = `${camera.visits} visit${camera.visits === 1 ? "" : "s"}`;
    const node = makeNode(camera.id, place, link, `${camera.name}, ${visits}`);
    node.append(
      element("rect", { class: "graph__ground graph__rim", x: -half, y: -20, width: 2 * half, height: 40, rx: 8 }),
      element("text", { class: "graph__name graph__name--inside", y: -2 }, text),
      element("text", { class: "graph__small", y: 13 }, visits),
    );
    if (camera.id === middle) node.setAttribute("aria-current", "true");
    return node;
  });
  const arrow = element("marker", {
    id: "graph-arrow", viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 11, markerHeight: 11,
    markerUnits: "userSpaceOnUse", orient: "auto-start-reverse",
  }, element("path", { class: "graph__head", d: "M0 0 10 5 0 10z" }));
  return [element("defs", {}, arrow), lines, element("g", {}, ...nodes), labels];
}

// A bow to the right of its direction, so that there and back are two; a loop for the same camera.
function curve(a, b, isLoop, size) {
  if (isLoop) {
    const up = a.y < size.height / 2 ? -1 : 1;
    const d = `M${round(a.x - 16)} ${round(a.y + up * 21)}c-22 ${up * 50} 54 ${up * 50} 32 ${up * 3}`;
    return { d, x: a.x, y: a.y + up * 64 };
  }
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = Math.hypot(dx, dy) || 1;
  const bow = Math.min(42, length * 0.16);
  const [nx, ny] = [-dy / length, dx / length];
  const mid = { x: (a.x + b.x) / 2 + nx * bow, y: (a.y + b.y) / 2 + ny * bow };
  const start = edgeOf(a, mid);
  const end = edgeOf(b, mid);
  const d = `M${round(start.x)} ${round(start.y)}Q${round(mid.x)} ${round(mid.y)} ${round(end.x)} ${round(end.y)}`;
  // Nearer to where it comes from: there the labels of one camera stand apart.
  const t = 0.42;
  const at = (s, m, e) => (1 - t) ** 2 * s + 2 * t * (1 - t) * m + t * t * e;
  return { d, x: at(start.x, mid.x, end.x), y: at(start.y, mid.y, end.y) + 4 };
}

// Where a line towards a point leaves a camera's box.
function edgeOf(box, point) {
  const [dx, dy] = [point.x - box.x, point.y - box.y];
  const scale = Math.min(58 / Math.max(Math.abs(dx), 0.01), 24 / Math.max(Math.abs(dy), 0.01), 1);
  return { x: box.x + dx * scale, y: box.y + dy * scale };
}
