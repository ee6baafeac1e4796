// The people pages with JavaScript: names are typed in place, ticks reach over ranges, keys do what
// buttons do, and one person is dragged onto another to merge the two. Everything here has a
// button that works without it.

document.addEventListener("htmx:afterSwap", (event) => {
  const input = document.querySelector("#person-name-input");
  if (input && document.querySelector("#person-name")?.contains(input)) {
    input.focus();
    input.select();
  } else if (event.detail.target?.id === "person-name") {
    document.querySelector("#person-name a")?.focus();
  }
  const heading = document.querySelector("#person-name h1");
  if (heading) document.title = `${heading.textContent} · EveryID`;
  if (event.detail.target?.id === "playing") {
    event.detail.target.scrollIntoView({ block: "nearest" });
  }
  showCount();
});

// Ticks.

let lastPick = null;

function ticks(within = document) {
  return [...within.querySelectorAll("[data-pick]")];
}

function ofBar() {
  return ticks().filter((tick) => tick.form?.matches("[data-bar]"));
}

function showCount() {
  const bar = document.querySelector("[data-bar]");
  if (!bar) return;
  const chosen = ofBar().filter((tick) => tick.checked).length;
  bar.classList.toggle("bar--on", chosen > 0);
  bar.querySelector("[data-count]").textContent = `${chosen} chosen`;
  for (const button of bar.querySelectorAll("button[data-key]:not([data-clear])")) {
    button.disabled = chosen < Number(button.dataset.least ?? 1);
  }
}

document.addEventListener("click", (event) => {
  const tick = event.target.closest?.("[data-pick]");
  if (!tick) return;
  const all = ticks().filter((other) => other.form === tick.form);
  const from = all.indexOf(lastPick);
  const to = all.indexOf(tick);
  if (event.shiftKey && from >= 0) {
    for (const other of all.slice(Math.min(from, to), Math.max(from, to) + 1)) {
      other.checked = tick.checked;
    }
  }
  lastPick = tick;
  showCount();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (!button) return;
  if (button.matches("[data-clear]")) {
    for (const tick of ofBar()) tick.checked = false;
    showCount();
  }
  if (button.dataset.only) {
    for (const tick of ticks(button.form)) tick.checked = tick.value === button.dataset.only;
  }
  const wanted = button.dataset.focus && document.querySelector(button.dataset.focus);
  if (wanted && !wanted.value.trim()) {
    event.preventDefault();
    wanted.focus();
  }
});

// Keys.

function isTyping(target) {
  return target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
}

function isUsable(button) {
  return !button.disabled && button.getClientRects().length > 0;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.id === "person-name-input") {
    event.target.form.querySelector("a[hx-get]")?.click();
    return;
  }
  if (event.defaultPrevented) return; // Escape has closed a menu
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "x") {
    const card = event.target.closest?.(".person, .appearance");
    card?.querySelector("[data-pick]")?.click();
    return;
  }
  // What is ticked comes first: its bar's keys before the page's.
  const buttons = [
    ...document.querySelectorAll(".bar--on [data-key]"),
    ...document.querySelectorAll("main [data-key]"),
  ];
  const button = buttons.find((item) => item.dataset.key === event.key && isUsable(item));
  if (!button) return;
  event.preventDefault();
  button.click();
});

// Dragging.

let dragged = null;

function target(event) {
  const card = event.target.closest?.("[data-person]");
  return dragged && card && card.dataset.person !== dragged.dataset.person ? card : null;
}

function clearTargets() {
  for (const card of document.querySelectorAll(".person--target")) {
    card.classList.remove("person--target");
  }
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-person]") ?? null;
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.name);
  dragged.classList.add("person--dragged");
});

document.addEventListener("dragover", (event) => {
  const card = target(event);
  if (!card) return;
  event.preventDefault();
  clearTargets();
  card.classList.add("person--target");
});

document.addEventListener("dragend", () => {
  dragged?.classList.remove("person--dragged");
  dragged = null;
  clearTargets();
});

document.addEventListener("drop", (event) => {
  const card = target(event);
  const form = document.querySelector("#drop");
  if (!card || !form) return;
  event.preventDefault();
  const ticked = ofBar().filter((tick) => tick.checked).map((tick) => tick.value);
  const isOneOfThem = ticked.includes(dragged.dataset.person);
  const moved = isOneOfThem ? ticked : [dragged.dataset.person];
  for (const value of moved.filter((pk) => pk !== card.dataset.person)) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name: "people", value });
    form.append(input);
  }
  form.action = card.dataset.merge;
  form.requestSubmit();
});

showCount();
