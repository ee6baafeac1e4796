// What has the focus keeps it when its part of the page is written anew: a chip is taken out, a moment
// is moved in its bin, a list asks again by itself. Else the next Tab would begin at the page's start,
// and a screen reader would say nothing.

const CONTROLS = "a[href], button:not([disabled]), summary, input:not([type=hidden]), select, textarea, [tabindex='0']";
const WRITTEN_IN = "input, select, textarea";

let lost;

function isSeen(control) {
  return control.tabIndex >= 0 && control.checkVisibility({ visibilityProperty: true });
}

function controlsIn(part) {
  return [...part.querySelectorAll(CONTROLS)].filter(isSeen);
}

// Counts change when a list is written anew ("beach 2"), names do not.
function nameOf(control) {
  const said = control.getAttribute("aria-label") ?? control.labels?.[0]?.textContent ?? control.textContent;
  return `${control.tagName} ${said.replace(/\s+/g, " ").replace(/[\d\s]+$/, "").trim()}`;
}

function itemOf(control, part) {
  const item = control.closest("[id]");
  return item && item !== part && part.contains(item) && item !== control ? item : null;
}

function remember(part) {
  const at = document.activeElement;
  lost = undefined;
  if (!part || at === part || !part.contains(at)) return;
  const all = controlsIn(part);
  const name = nameOf(at);
  lost = {
    part,
    name,
    id: at.id,
    item: itemOf(at, part)?.id,
    turn: all.filter((other) => nameOf(other) === name).indexOf(at),
    place: all.indexOf(at),
  };
}

// The same control of the same item; else the one that is called so there now; else what has come to
// its place, though nothing to write in: that would open a phone's keyboard.
function findAgain(part) {
  const own = lost.id && document.getElementById(lost.id);
  if (own) return own;
  const item = lost.item && document.getElementById(lost.item);
  const inItem = item && controlsIn(item).find((control) => nameOf(control) === lost.name);
  if (item) return inItem ?? (item.matches(CONTROLS) ? item : controlsIn(item)[0]);
  const all = controlsIn(part);
  const called = all.filter((control) => nameOf(control) === lost.name);
  const near = all.filter((control) => !control.matches(WRITTEN_IN));
  return called[Math.min(lost.turn, called.length - 1)] ?? near[Math.min(lost.place, near.length - 1)];
}

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.shouldSwap) remember(event.detail.target);
});

document.addEventListener("htmx:afterSettle", () => {
  if (!lost) return;
  const part = lost.part.isConnected ? lost.part : document.getElementById(lost.part.id);
  if (part && document.activeElement === document.body) findAgain(part)?.focus({ preventScroll: true });
  lost = undefined;
});
