// People as a graph: who is with whom, how often, and whether that is more or less than chance.

import { around, spread } from "./graph_layout.js";
import { NARROW, element, makeNode, round, short } from "./graph_svg.js";

export function drawCompany(figure, data, size) {
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
