// What every page does: "/" goes to the search box, Escape closes menus, the theme is switched.

const SEARCH = "[data-search-focus]";

function isTyping(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]");
}

function focusSearch() {
  const boxes = [...document.querySelectorAll(SEARCH)].filter((box) => box.offsetParent !== null);
  const box = boxes.at(-1);
  if (!box) return false;
  box.focus();
  box.select?.();
  return true;
}

// Not while someone writes elsewhere; in an empty search box "/" is no beginning of a question.
function isForSearch(target) {
  return !isTyping(target) || (target.matches(SEARCH) && target.value === "");
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/" && isForSearch(event.target) && focusSearch()) event.preventDefault();
  if (event.key === "Escape") {
    const open = document.querySelector("details.menu[open]");
    closeMenus();
    open?.querySelector("summary")?.focus();
  }
});

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest?.("details.menu"));
  const button = event.target.closest?.("[data-theme-toggle]");
  if (button) switchTheme();
});

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen) return chosen === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

function switchTheme() {
  const next = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem("everyid-theme", next);
  } catch {
    // Storage is blocked: the choice lasts for this page.
  }
}

// What asks again by itself goes on asking after an outage, and keeps what it showed.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  const polls = requestConfig?.elt?.getAttribute("hx-trigger")?.startsWith("every ");
  if (polls && xhr.status >= 500) event.detail.shouldSwap = false;
});

// A list that asks again by itself waits while someone writes in it.
document.addEventListener("htmx:beforeRequest", (event) => {
  const list = event.target;
  if (!list.matches?.("[data-pause-while-open]")) return;
  if (list.querySelector("details[open]")) event.preventDefault();
});
