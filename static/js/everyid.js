// What every page does: "/" goes to the search box, Escape closes menus, the theme is switched.

import "./focus.js";

const SEARCH = "[data-search-focus]";
const MENU = "details.menu, details.part__menu";

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
  for (const menu of document.querySelectorAll(MENU)) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/" && isForSearch(event.target) && focusSearch()) event.preventDefault();
  if (event.key === "Escape") {
    const open = [...document.querySelectorAll(MENU)].find((menu) => menu.open);
    if (!open) return;
    event.preventDefault();
    closeMenus();
    open.querySelector("summary").focus();
  }
});

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest?.(MENU));
  const button = event.target.closest?.("[data-theme-toggle]");
  if (button) switchTheme();
});

// Whoever goes on by Tab leaves no menu open over what comes next.
document.addEventListener("focusin", (event) => closeMenus(event.target.closest?.(MENU)));

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

function polls(detail) {
  return Boolean(detail.requestConfig?.elt?.getAttribute("hx-trigger")?.startsWith("every "));
}

// What asks again by itself goes on asking after an outage, and keeps what it showed; where it is
// refused, the refusal takes its place, so that it asks no more.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = event;
  if (!polls(detail) || detail.xhr.status < 400) return;
  if (detail.xhr.status >= 500) detail.shouldSwap = false;
  else {
    detail.target = detail.requestConfig.elt;
    detail.swapOverride = "outerHTML";
  }
});

// What was said beside the page goes by itself, unless something went wrong: that is closed by hand.
const TOAST_MS = 6000;
let fading;

document.addEventListener("htmx:afterSwap", (event) => {
  const { target } = event.detail;
  if (target?.id !== "toast") return;
  clearTimeout(fading);
  if (!target.querySelector("[role=alert]")) fading = setTimeout(() => target.replaceChildren(), TOAST_MS);
});

document.addEventListener("click", (event) => {
  event.target.closest?.("[data-close-notice]")?.closest(".notice").remove();
});

// No answer at all to what somebody did. The search says so itself, in its own place.
document.addEventListener("htmx:sendError", (event) => {
  const toast = document.querySelector("#toast");
  if (!toast || polls(event.detail) || event.detail.target?.id === "results") return;
  clearTimeout(fading);
  const notice = document.createElement("p");
  notice.className = "notice notice--danger";
  notice.setAttribute("role", "alert");
  notice.textContent = "The server did not answer, so this was not done. Try again in a moment.";
  toast.replaceChildren(notice);
});

// A list that asks again by itself waits while someone writes in it.
document.addEventListener("htmx:beforeRequest", (event) => {
  const list = event.target;
  if (!list.matches?.("[data-pause-while-open]")) return;
  if (list.querySelector("details[open]")) event.preventDefault();
});
