// The search page with JavaScript: moments play while the pointer rests on them (or at a tap),
// J and K or the arrows move through them, and a failing search says so.

const LINK = "[data-moment-link]";
const REST_MS = 120;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

let waiting;
let playing;

function stop() {
  clearTimeout(waiting);
  if (!playing) return;
  playing.pause();
  playing.removeAttribute("src");
  playing.load();
  playing.remove();
  playing = undefined;
}

function play(picture) {
  stop();
  const start = Number(picture.dataset.start);
  const end = Math.max(Number(picture.dataset.end), start + 0.2);
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.tabIndex = -1;
  video.src = `${picture.dataset.preview}#t=${start},${end}`;
  video.addEventListener("timeupdate", () => {
    if (video.currentTime >= end || video.ended) video.currentTime = start;
  });
  video.addEventListener("pause", () => {
    if (video.isConnected && video.currentTime >= end - 0.25) {
      video.currentTime = start;
      video.play().catch(() => {});
    }
  });
  video.addEventListener("error", stop);
  picture.append(video);
  playing = video;
  video.play().catch(stop);
}

document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "mouse" || calm.matches) return;
  const picture = event.target.closest?.("[data-preview]");
  if (!picture || picture.contains(event.relatedTarget)) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => play(picture), REST_MS);
});

document.addEventListener("pointerout", (event) => {
  if (event.pointerType !== "mouse") return;
  const picture = event.target.closest?.("[data-preview]");
  if (picture && !picture.contains(event.relatedTarget)) stop();
});

// A tap plays the moment in place, a second one opens it.
let touched = false;
document.addEventListener("pointerdown", (event) => {
  touched = event.pointerType === "touch";
});
document.addEventListener("click", (event) => {
  const picture = event.target.closest?.("[data-preview]");
  if (!picture || !touched || picture.contains(playing)) return;
  event.preventDefault();
  play(picture);
});

function isTyping(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]");
}

function move(step) {
  const links = [...document.querySelectorAll(LINK)];
  if (!links.length) return false;
  const now = links.findIndex((link) => link.closest("[data-moment]").contains(document.activeElement));
  const next = now < 0 ? (step > 0 ? 0 : links.length - 1) : now + step;
  if (next < 0) {
    document.querySelector("#q")?.focus();
    return true;
  }
  const link = links[Math.min(next, links.length - 1)];
  link.focus({ preventScroll: true });
  link.closest("[data-moment]").scrollIntoView({ block: "nearest" });
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const fromBox = event.target.id === "q";
  if (isTyping(event.target) && !(fromBox && event.key === "ArrowDown")) return;
  const inAnswers = event.target.closest?.("[data-moment]");
  const forth = event.key === "j" || (event.key === "ArrowDown" && (fromBox || inAnswers));
  const back = event.key === "k" || (event.key === "ArrowUp" && inAnswers);
  if ((forth && move(1)) || (back && move(-1))) event.preventDefault();
  if (event.key === "b" && inAnswers) {
    inAnswers.querySelector("[data-to-bin]")?.click();
    event.preventDefault();
  }
  if (event.key === "x" && inAnswers) {
    inAnswers.querySelector("input[type=checkbox]")?.click();
    event.preventDefault();
  }
  if (event.key === "v") toggleView();
});

// Grid or list, remembered by this browser.
const VIEW = "everyid-answers";

function showView(view) {
  document.querySelector("#results")?.classList.toggle("as-list", view === "list");
}

function toggleView() {
  const next = document.querySelector("#results")?.classList.contains("as-list") ? "grid" : "list";
  showView(next);
  try {
    localStorage.setItem(VIEW, next);
  } catch {
    // Storage is blocked: the choice lasts for this page.
  }
}

try {
  showView(localStorage.getItem(VIEW));
} catch {
  // Storage is blocked: the grid.
}

const keys = document.querySelector("#keys");
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-view-toggle]")) toggleView();
  if (event.target.closest("[data-keys-open]")) keys?.showModal();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "?" && !isTyping(event.target) && keys && !keys.open) keys.showModal();
});

// The box follows the address when a chip or an example was clicked.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "results") return;
  const box = document.querySelector("#q");
  const asked = new URLSearchParams(location.search).get("q") ?? "";
  if (box && document.activeElement !== box) box.value = asked;
  document.title = asked ? `${asked.slice(0, 60)} · EveryID` : "EveryID";
});
document.addEventListener("htmx:beforeSwap", stop);

// No answer at all: the network is down or the server is.
document.addEventListener("htmx:sendError", (event) => {
  if (event.detail.target?.id !== "results") return;
  const notice = document.createElement("p");
  notice.className = "notice notice--danger";
  notice.setAttribute("role", "alert");
  notice.textContent = "The search did not get through. Is the server running? What you typed is kept; try again in a moment.";
  document.querySelector("#results").replaceChildren(notice);
});

// What was typed while this module and htmx were on their way is asked now. htmx begins to listen
// when the document is there, before this: it asked first to be told.
document.addEventListener("DOMContentLoaded", () => {
  const box = document.querySelector("#q");
  const asked = new URLSearchParams(location.search).get("q") ?? "";
  if (box && box.value.trim() !== asked.trim()) window.htmx.trigger("#search-form", "submit");
});
