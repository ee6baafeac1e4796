// Pictures of who is with whom and of passages between cameras, drawn as SVG from the JSON that the
// API gives. Every person and camera is a link, so that the picture is walked by mouse, by Tab, or
// by arrow keys; the table beside it says the same without JavaScript.

const SVG = "http://www.w3.org/2000/svg";
const WIDE = { width: 780, height: 560 };
const NARROW = { width: 460, height: 560 };
const STEPS = 260;
const narrow = window.matchMedia("(max-width: 40rem)");
let arriving = false;

function element(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

const round = (x) => Math.round(x * 10) / 10;
const short = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function lasting(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 360) / 10} h`;
}

// Layouts: positions by key. Nothing is random, so that a picture is the same each time.

function ring(keys, size, share) {
  const from = keys.length === 2 && size === WIDE ? Math.PI : -Math.PI / 2;
  const places = new Map();
  keys.forEach((key, at) => {
    const angle = from + (2 * Math.PI * at) / keys.length;
    places.set(key, {
      x: size.width / 2 + Math.cos(angle) * size.width * share,
      y: size.height / 2 + Math.sin(angle) * size.height * share,
    });
  });
  return places;
}

// Neighbours beside those whom they are with, as far as one pass can tell.
function beside(keys, edges) {
  const left = [...keys];
  const order = left.splice(0, 1);
  while (left.length) {
    const last = order.at(-1);
    let best = 0;
    let most = -1;
    left.forEach((key, at) => {
      const edge = edges.find((e) => (e.a === last && e.b === key) || (e.b === last && e.a === key));
      if ((edge?.weight ?? 0) > most) [best, most] = [at, edge?.weight ?? 0];
    });
    order.push(...left.splice(best, 1));
  }
  return order;
}

function around(middle, keys, edges, size) {
  const others = beside(keys.filter((key) => key !== middle), edges);
  const places = new Map();
  // Two rings where one would be too full; the outer one holds every other.
  const two = others.length > (size === NARROW ? 9 : 16);
  others.forEach((key, at) => {
    const angle = -Math.PI / 2 + (2 * Math.PI * at) / others.length;
    const share = two && at % 2 ? 0.26 : 0.4;
    places.set(key, {
      x: size.width / 2 + Math.cos(angle) * size.width * share,
      y: size.height / 2 + Math.sin(angle) * size.height * share,
    });
  });
  places.set(middle, { x: size.width / 2, y: size.height / 2 });
  return places;
}

// Fruchterman and Reingold 1991, from a sunflower's spiral.
function spread(keys, edges, size, room) {
  const places = new Map();
  const golden = Math.PI * (3 - Math.sqrt(5));
  keys.forEach((key, at) => {
    const radius = 0.42 * Math.sqrt((at + 0.5) / keys.length);
    places.set(key, {
      x: size.width * (0.5 + radius * Math.cos(at * golden)),
      y: size.height * (0.5 + radius * Math.sin(at * golden)),
    });
  });
  if (keys.length < 2) return places;
  const ideal = 0.8 * Math.sqrt((size.width * size.height) / keys.length);
  const most = Math.max(...edges.map((edge) => edge.weight), 1);
  for (let step = 0; step < STEPS; step += 1) {
    const moves = new Map(keys.map((key) => [key, { x: 0, y: 0 }]));
    for (let i = 0; i < keys.length; i += 1) {
      for (let j = i + 1; j < keys.length; j += 1) {
        push(places, moves, keys[i], keys[j], (d) => (ideal * ideal) / d);
      }
    }
    for (const edge of edges) {
      const pull = 0.5 + edge.weight / most / 2;
      push(places, moves, edge.a, edge.b, (d) => (-pull * d * d) / ideal);
    }
    const heat = (size.width / 10) * (1 - step / STEPS);
    for (const key of keys) {
      const place = places.get(key);
      const move = moves.get(key);
      move.x += (size.width / 2 - place.x) * 0.4;
      move.y += (size.height / 2 - place.y) * 0.6;
      const length = Math.hypot(move.x, move.y) || 1;
      const far = Math.min(length, heat) / length;
      place.x += move.x * far;
      place.y += move.y * far;
    }
  }
  fit(keys, places, size, room);
  return places;
}

// Into the picture, as large as fits, and nobody on top of another.
function fit(keys, places, size, room) {
  const sides = [["x", room.x, size.width - room.x], ["y", room.top, size.height - room.y]];
  for (const [side, low, high] of sides) {
    const all = keys.map((key) => places.get(key)[side]);
    const [least, most] = [Math.min(...all), Math.max(...all)];
    const scale = Math.min((high - low) / Math.max(most - least, 1), 2.5);
    const middle = (least + most) / 2;
    for (const key of keys) {
      const place = places.get(key);
      place[side] = (low + high) / 2 + (place[side] - middle) * scale;
    }
  }
  for (let step = 0; step < 60; step += 1) {
    for (let i = 0; i < keys.length; i += 1) {
      for (let j = i + 1; j < keys.length; j += 1) part(places.get(keys[i]), places.get(keys[j]), room);
    }
    for (const key of keys) {
      const place = places.get(key);
      for (const [side, low, high] of sides) place[side] = Math.min(high, Math.max(low, place[side]));
    }
  }
}

// Two who stand closer than a picture and its name are wide and high step apart.
function part(one, other, room) {
  const [x, y] = [(other.x - one.x) / (1.7 * room.x), (other.y - one.y) / (1.5 * room.y)];
  const distance = Math.hypot(x, y) || 0.01;
  if (distance >= 1) return;
  const by = (1 - distance) / distance / 2;
  one.x -= x * by * 1.7 * room.x;
  other.x += x * by * 1.7 * room.x;
  one.y -= y * by * 1.5 * room.y;
  other.y += y * by * 1.5 * room.y;
}

function push(places, moves, a, b, force) {
  const one = places.get(a);
  const other = places.get(b);
  const x = one.x - other.x || 0.01;
  const y = one.y - other.y;
  const distance = Math.max(Math.hypot(x, y), 1);
  const strength = force(distance) / distance;
  moves.get(a).x += x * strength;
  moves.get(a).y += y * strength;
  moves.get(b).x -= x * strength;
  moves.get(b).y -= y * strength;
}

// People.

function drawCompany(figure, data, size) {
  const edges = data.bonds.map((bond) => ({ ...bond, a: bond.first, b: bond.second, weight: bond.times }));
  const keys = data.people.map((person) => person.id);
  const radius = keys.length > 25 ? 17 : keys.length > 12 || size === NARROW ? 22 : 30;
  const room = { x: radius + 26, y: radius + 22, top: radius + 6 };
  const places = data.around
    ? around(data.around, keys, edges, size)
    : spread(keys, edges, size, room);
  const names = new Map(data.people.map((person) => [person.id, person.display_name]));
  const most = Math.max(...edges.map((edge) => edge.weight), 1);
  const lines = element("g", { class: "graph__lines" });
  for (const edge of [...edges].reverse()) {
    const [a, b] = [places.get(edge.a), places.get(edge.b)];
    const kind = edge.score >= 2 ? " graph__line--more" : edge.score <= -2 ? " graph__line--less" : "";
    const beyond = data.around && edge.a !== data.around && edge.b !== data.around;
    const line = element("line", {
      class: `graph__line${kind}${beyond ? " graph__line--beyond" : ""}`,
      x1: round(a.x), y1: round(a.y), x2: round(b.x), y2: round(b.y),
      "stroke-width": round(1.2 + 7 * Math.sqrt(edge.weight / most)),
      "data-ends": `${edge.a} ${edge.b}`,
    });
    const said = `${names.get(edge.a)} and ${names.get(edge.b)}: ${edge.times} time${edge.times === 1 ? "" : "s"}, ${round(edge.ratio)} × chance`;
    line.append(element("title", {}, said));
    lines.append(line);
  }
  const nodes = data.people.map((person) => {
    const size = person.id === data.around ? radius * 1.5 : radius;
    const link = `${figure.dataset.walk}&around=${person.id}`;
    const node = makeNode(person.id, places.get(person.id), link, person.display_name);
    node.append(element("circle", { class: "graph__ground", r: size }));
    if (person.picture) {
      node.append(
        element("image", {
          href: person.picture, x: -size, y: -size, width: 2 * size, height: 2 * size,
          preserveAspectRatio: "xMidYMin slice", "clip-path": "url(#graph-round)",
        }),
      );
    }
    node.append(
      element("circle", { class: "graph__rim", r: size }),
      element("text", { class: "graph__name", y: size + 15 }, short(person.display_name, 16)),
    );
    if (person.id === data.around) node.setAttribute("aria-current", "true");
    return node;
  });
  const clip = element("clipPath", { id: "graph-round", clipPathUnits: "objectBoundingBox" },
    element("circle", { cx: 0.5, cy: 0.5, r: 0.5 }));
  return [element("defs", {}, clip), lines, element("g", {}, ...nodes)];
}

// Cameras.

function drawPassages(figure, data, size) {
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

function makeNode(key, place, href, name) {
  return element("a", {
    class: "graph__node", href, "data-node": key, "aria-label": name,
    transform: `translate(${round(place.x)} ${round(place.y)})`,
  }, element("title", {}, name));
}

// Drawing, walking, keys.

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
