// Draws the tracks of an asset over its player: boxes between whose times positions are
// interpolated, each with its label and, where it is known, the person.
//
//   attachTracks(video, canvas, url) → { setVisible(on), detach() }
//
// `url` gives { tracks: [{ label, colour, identity, start_s, end_s, times_s, boxes }] }; boxes are
// left, top, right, bottom in 0–1 of the picture, times are seconds of the video. The canvas lies
// over the video. Elements <canvas data-tracks-url="…"> are attached to the video of the same
// parent by themselves; a checkbox or button [data-tracks-toggle] shows and hides the boxes.

const HUES = [168, 28, 268, 96, 338, 210, 48, 300, 130, 8, 236, 66];
const HOLD_S = 0.25; // A box stands this long after its last time: half a step at a few a second.

function colourOf(track) {
  return `oklch(0.82 0.15 ${HUES[track.colour % HUES.length]})`;
}

// The last index whose time is not after t; -1 before the first.
export function indexAt(times, t) {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

// The box of a track at time t, interpolated; null when it is not in the picture.
export function boxAt(track, t) {
  const { times_s: times, boxes } = track;
  if (t < track.start_s || t > Math.max(track.end_s, times.at(-1) + HOLD_S)) return null;
  const i = Math.max(0, indexAt(times, t));
  if (i + 1 >= times.length) return boxes[i];
  const span = times[i + 1] - times[i];
  const share = span > 0 ? Math.min(1, Math.max(0, (t - times[i]) / span)) : 0;
  return boxes[i].map((side, k) => side + (boxes[i + 1][k] - side) * share);
}

// Where the picture lies in the video element (object-fit: contain).
function pictureRect(video) {
  const { clientWidth: width, clientHeight: height } = video;
  const scale = Math.min(width / (video.videoWidth || width), height / (video.videoHeight || height));
  const w = (video.videoWidth || width) * scale;
  const h = (video.videoHeight || height) * scale;
  return { x: (width - w) / 2, y: (height - h) / 2, w, h };
}

function drawTrack(context, track, box, rect) {
  const [left, top, right, bottom] = box;
  const x = rect.x + left * rect.w;
  const y = rect.y + top * rect.h;
  const w = (right - left) * rect.w;
  const h = (bottom - top) * rect.h;
  const colour = colourOf(track);
  context.lineWidth = 4;
  context.strokeStyle = "rgb(0 0 0 / 0.45)";
  context.strokeRect(x, y, w, h);
  context.lineWidth = 2;
  context.strokeStyle = colour;
  context.strokeRect(x, y, w, h);
  const text = track.identity?.name ?? track.label;
  const wide = context.measureText(text).width + 10;
  const labelX = Math.min(Math.max(rect.x, x - 1), Math.max(rect.x, rect.x + rect.w - wide));
  const labelY = y >= rect.y + 18 ? y - 18 : y;
  context.fillStyle = colour;
  context.fillRect(labelX, labelY, wide, 18);
  context.fillStyle = "#08110e";
  context.fillText(text, labelX + 5, labelY + 9.5);
}

class Overlay {
  constructor(video, canvas) {
    this.video = video;
    this.canvas = canvas;
    this.tracks = [];
    this.visible = !canvas.hidden;
    this.handle = 0;
    this.stopper = new AbortController();
    this.resizer = new ResizeObserver(() => this.draw());
    this.resizer.observe(video);
    const { signal } = this.stopper;
    for (const name of ["seeked", "pause", "loadedmetadata", "emptied"]) {
      video.addEventListener(name, () => this.draw(), { signal });
    }
    video.addEventListener("play", () => this.follow(), { signal });
  }

  async load(url) {
    const response = await fetch(url, { headers: { Accept: "application/json" }, signal: this.stopper.signal });
    if (!response.ok) throw new Error(`tracks: ${response.status}`);
    this.tracks = (await response.json()).tracks.filter((track) => track.times_s.length > 0);
    this.canvas.dataset.tracksState = "ready";
    this.draw();
    this.follow();
  }

  // Keeps drawing while the video plays: once per frame shown, where the browser tells.
  follow() {
    if (this.handle || this.video.paused || !this.visible) return;
    const next = (_now, frame) => {
      this.handle = 0;
      this.draw(frame?.mediaTime);
      this.follow();
    };
    const ask = this.video.requestVideoFrameCallback?.bind(this.video) ?? requestAnimationFrame;
    this.handle = ask(next);
  }

  draw(time = this.video.currentTime) {
    const { video, canvas } = this;
    const ratio = window.devicePixelRatio || 1;
    const width = Math.round(video.clientWidth * ratio);
    const height = Math.round(video.clientHeight * ratio);
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, video.clientWidth, video.clientHeight);
    if (!this.visible) return this.tell([], pictureRect(video));
    context.font = "600 12px system-ui, sans-serif";
    context.textBaseline = "middle";
    const rect = pictureRect(video);
    const shown = [];
    for (const track of this.tracks) {
      const box = boxAt(track, time);
      if (!box) continue;
      drawTrack(context, track, box, rect);
      shown.push({ track, box });
    }
    this.tell(shown, rect);
  }

  // Whoever does something with the boxes hears which are drawn, and where the picture lies.
  tell(shown, rect) {
    this.canvas.dispatchEvent(new CustomEvent("tracks:drawn", { detail: { shown, rect } }));
  }

  setVisible(on) {
    this.visible = on;
    this.canvas.hidden = !on;
    this.draw();
    this.follow();
  }

  detach() {
    this.stopper.abort();
    this.resizer.disconnect();
  }
}

export function attachTracks(video, canvas, url) {
  const overlay = new Overlay(video, canvas);
  canvas.dataset.tracksState = "loading";
  overlay.load(url).catch((error) => {
    if (error.name === "AbortError") return;
    // The player works without boxes; the page can style this state.
    canvas.dataset.tracksState = "failed";
    console.warn("The tracks of this asset could not be loaded.", error);
  });
  return {
    setVisible: (on) => overlay.setVisible(on),
    detach: () => overlay.detach(),
  };
}

function connectToggle(toggle, overlay, canvas) {
  const isBox = toggle.matches("input[type=checkbox]");
  const show = (on) => {
    overlay.setVisible(on);
    if (isBox) toggle.checked = on;
    else toggle.setAttribute("aria-pressed", String(on));
  };
  toggle.addEventListener(isBox ? "change" : "click", () => show(isBox ? toggle.checked : canvas.hidden));
  show(isBox ? toggle.checked : !canvas.hidden);
}

for (const canvas of document.querySelectorAll("canvas[data-tracks-url]")) {
  const video = canvas.parentElement.querySelector("video");
  if (!video) continue;
  const overlay = attachTracks(video, canvas, canvas.dataset.tracksUrl);
  const player = canvas.closest("[data-player]") ?? document;
  for (const toggle of player.querySelectorAll("[data-tracks-toggle]")) {
    connectToggle(toggle, overlay, canvas);
  }
}
