// Bins with JavaScript: adding without leaving the page, sorting by drag and by Alt with arrows,
// and the player's marks in the form beside it.

// What the server did not answer is said beside the page (everyid.js), and needs no saying here.
function post(address, values, target, swap = "innerHTML") {
  return window.htmx.ajax("POST", address, { target, swap, values }).catch(() => {});
}

// Adding from answers: one by its button, several by their ticks.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-to-bin]");
  const form = document.querySelector("[data-collect]");
  if (!button || !form) return;
  event.preventDefault();
  post(form.getAttribute("action"), { moment: button.value, bin: form.elements.bin.value }, "#toast");
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches?.("[data-collect]")) return;
  if (event.submitter?.hasAttribute("formaction")) return; // sharing is a page of its own
  event.preventDefault();
  const form = event.target;
  const ticked = [...document.querySelectorAll('input[name="moment"]:checked')];
  post(form.getAttribute("action"), { moment: ticked.map((box) => box.value), bin: form.elements.bin.value }, "#toast");
});

// What is in the bin is ticked no more; what could not be added stays ticked, to try again.
document.addEventListener("htmx:afterRequest", (event) => {
  const form = document.querySelector("[data-collect]");
  const { requestConfig, successful } = event.detail;
  if (!form || !successful || requestConfig.verb !== "post") return;
  if (requestConfig.path !== form.getAttribute("action")) return;
  const added = requestConfig.formData.getAll("moment");
  for (const box of document.querySelectorAll('input[name="moment"]:checked')) {
    if (added.includes(box.value)) box.checked = false;
  }
});

// Sorting.
let dragged;

function list() {
  return document.querySelector(".bin-items[data-sort-url]:not([data-sort-url=''])");
}

async function keepOrder(focusId) {
  const sorted = list();
  const order = [...sorted.querySelectorAll("[data-item]")].map((item) => item.dataset.item);
  await post(sorted.dataset.sortUrl, { order: order.join(",") }, "#bin-items");
  document.getElementById(focusId)?.focus();
}

document.addEventListener("dragstart", (event) => {
  const item = event.target.closest?.("[data-item]");
  if (!item || !list() || event.target.closest("details[open]")) return;
  dragged = item;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", item.dataset.item);
  item.classList.add("is-dragged");
});

document.addEventListener("dragover", (event) => {
  const over = event.target.closest?.("[data-item]");
  if (!dragged || !over) return;
  event.preventDefault();
  if (over === dragged) return;
  const box = over.getBoundingClientRect();
  over.before(...(event.clientY < box.top + box.height / 2 ? [dragged] : []));
  if (event.clientY >= box.top + box.height / 2) over.after(dragged);
});

document.addEventListener("drop", (event) => {
  if (!dragged) return;
  event.preventDefault();
  const id = dragged.id;
  dragged.classList.remove("is-dragged");
  dragged = undefined;
  keepOrder(id);
});

document.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  dragged = undefined;
});

document.addEventListener("keydown", (event) => {
  const item = event.target.closest?.("[data-item]");
  if (!item || !list() || !event.altKey || event.ctrlKey || event.metaKey) return;
  const other = { ArrowUp: item.previousElementSibling, ArrowDown: item.nextElementSibling }[event.key];
  if (!other) return;
  event.preventDefault();
  if (event.key === "ArrowUp") other.before(item);
  else other.after(item);
  keepOrder(item.id);
});

// Beside the player.
document.addEventListener("player:marks", (event) => {
  const form = document.querySelector("[data-points]");
  if (!form) return;
  form.elements.in.value = event.detail.in;
  form.elements.out.value = event.detail.out;
  const example = document.querySelector("[data-example-in]");
  if (example) example.value = event.detail.in;
});

document.addEventListener("htmx:load", (event) => {
  const panel = event.detail.elt.matches?.("[data-asset-bins]") ? event.detail.elt : event.detail.elt.querySelector?.("[data-asset-bins]");
  if (!panel?.dataset.end) return;
  const detail = { start: Number(panel.dataset.start), end: Number(panel.dataset.end) };
  document.dispatchEvent(new CustomEvent("player:set-marks", { detail }));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "b" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  document.querySelector("[data-asset-bins] [data-points]")?.requestSubmit();
});
