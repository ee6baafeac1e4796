// Layouts of graphs: positions by key, in pixels of the picture. Nothing is random, so that a picture
// is the same each time.

import { NARROW, WIDE } from "./graph_svg.js";

const STEPS = 260;

export function ring(keys, size, share) {
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
export function beside(keys, edges) {
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

export function around(middle, keys, edges, size) {
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
export function spread(keys, edges, size, room) {
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
