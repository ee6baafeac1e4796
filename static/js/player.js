// The player of an asset's page: shuttle, frame steps, marks, timecode, scrubbing with preview.

import { Clocking, clock } from "./timecode.js";

const SHUTTLE = [1, 2, 4, 8];
const STEP_S = 1;
const FALLBACK_FPS = 25; // Footage without a steady rate steps by this.

class Player {
  constructor(root) {
    this.root = root;
    this.video = root.querySelector("video");
    this.clocking = root.dataset.rateNum ? new Clocking(root.dataset) : null;
    this.speed = 0; // Signed shuttle speed; 0 is stopped or plain playing.
    this.marks = { in: null, out: null };
    this.shots = [...document.querySelectorAll("[data-shot]")].map((element, index) => ({
      element,
      rect: root.querySelectorAll(".scrub__shots rect")[index],
      start: Number(element.dataset.start),
      end: Number(element.dataset.end),
    }));
    this.scrub = new Scrub(this, root.querySelector("[data-scrub]"));
    this.video.removeAttribute("controls");
    this.listen();
    this.showTime();
    const start = Number(root.dataset.start);
    if (start > 0) this.whenReady(() => this.seek(start));
  }

  get duration() {
    return Number.isFinite(this.video.duration) ? this.video.duration : 0;
  }

  part(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  whenReady(then) {
    if (this.video.readyState >= 1) then();
    else this.video.addEventListener("loadedmetadata", then, { once: true });
  }

  listen() {
    const { video, root } = this;
    video.addEventListener("click", () => this.toggle());
    for (const name of ["timeupdate", "seeked", "loadedmetadata"]) video.addEventListener(name, () => this.showTime());
    for (const name of ["play", "pause", "ended"]) video.addEventListener(name, () => this.showPlaying());
    root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (button) this.actions[button.dataset.do]?.();
    });
    document.addEventListener("click", (event) => this.followLink(event));
    document.addEventListener("keydown", (event) => this.key(event));
    root.addEventListener("player:pause", () => this.pause());
    document.addEventListener("player:set-marks", (event) => this.setMarks(event.detail));
  }

  actions = {
    toggle: () => this.toggle(),
    back: () => this.step(-1),
    forward: () => this.step(1),
    in: () => this.mark("in"),
    out: () => this.mark("out"),
    mute: () => this.mute(),
    fullscreen: () => this.fullscreen(),
  };

  keys = {
    " ": () => this.toggle(),
    k: () => this.pause(),
    l: () => this.shuttle(1),
    j: () => this.shuttle(-1),
    i: () => this.mark("in"),
    o: () => this.mark("out"),
    x: () => this.clearMarks(),
    m: () => this.mute(),
    f: () => this.fullscreen(),
    t: () => this.root.querySelector("[data-tracks-toggle]")?.click(),
    arrowleft: (event) => (event.shiftKey ? this.skip(-STEP_S) : this.step(-1)),
    arrowright: (event) => (event.shiftKey ? this.skip(STEP_S) : this.step(1)),
    arrowup: () => this.toShot(-1),
    arrowdown: () => this.toShot(1),
    home: () => this.seek(0),
    end: () => this.seek(this.duration),
  };

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    const key = event.key.toLowerCase();
    if (key === " " && event.target.closest("button, a, summary, label, input")) return;
    // Up, down, Home and End scroll the page unless the player has the focus.
    if (["arrowup", "arrowdown", "home", "end"].includes(key) && !this.root.contains(event.target)) return;
    const act = this.keys[key];
    if (!act) return;
    event.preventDefault();
    act(event);
  }

  followLink(event) {
    const link = event.target.closest("[data-seek]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.pause();
    this.seek(Number(link.dataset.seek));
    this.root.scrollIntoView({ block: "nearest" });
    history.replaceState(history.state, "", link.getAttribute("href"));
    this.play();
  }

  toggle() {
    if (this.speed || !this.video.paused) this.pause();
    else this.play();
  }

  play() {
    this.video.playbackRate = 1;
    // Refused where the browser wants a gesture first: the picture stays, the button still plays.
    this.video.play().catch((error) => console.info("not played:", error.name));
  }

  pause() {
    this.setSpeed(0);
    this.video.playbackRate = 1;
    this.video.pause();
  }

  // L and J: 1, 2, 4, 8 times on or back; the other key slows down first.
  shuttle(direction) {
    const now = this.speed || (this.video.paused ? 0 : 1);
    const place = Math.sign(now) === direction ? SHUTTLE.indexOf(Math.abs(now)) + 1 : 0;
    const speed = direction * SHUTTLE[Math.min(place, SHUTTLE.length - 1)];
    this.setSpeed(speed);
    if (speed > 0) {
      this.play();
      this.video.playbackRate = speed;
    } else {
      this.video.pause();
      this.rewind();
    }
  }

  setSpeed(speed) {
    this.speed = speed;
    const shown = this.part("shuttle");
    shown.hidden = Math.abs(speed) < 2 && speed >= 0;
    shown.textContent = speed ? `${speed < 0 ? "◂ " : ""}${Math.abs(speed)}×` : "";
    this.showPlaying();
  }

  // Browsers do not play backwards: seek back as fast as pictures come.
  rewind() {
    let before = performance.now();
    const back = (now) => {
      if (this.speed >= 0) return;
      if (!this.video.seeking) {
        const time = this.video.currentTime + ((now - before) / 1000) * this.speed;
        before = now;
        this.seek(time);
        if (time <= 0) return this.pause();
      }
      requestAnimationFrame(back);
    };
    requestAnimationFrame(back);
  }

  step(frames) {
    this.pause();
    const clocking = this.clocking ?? new Clocking({ rateNum: FALLBACK_FPS, rateDen: 1 });
    this.seek(clocking.secondsIn(Math.max(0, clocking.frameAt(this.video.currentTime) + frames)));
  }

  skip(seconds) {
    this.seek(this.video.currentTime + seconds);
  }

  seek(seconds) {
    const last = Math.max(0, this.duration - 0.001);
    this.video.currentTime = Math.min(Math.max(0, seconds), last || seconds);
    this.showTime();
  }

  toShot(direction) {
    const now = this.video.currentTime;
    const starts = this.shots.map((shot) => shot.start);
    const found = direction > 0 ? starts.find((start) => start > now + 0.05) : starts.findLast((start) => start < now - 0.5);
    if (found !== undefined) this.seek(found + 0.001);
  }

  mark(end) {
    this.marks[end] = this.video.currentTime;
    const { in: from, out: to } = this.marks;
    if (from !== null && to !== null && to <= from) this.marks[end === "in" ? "out" : "in"] = null;
    this.showMarks();
  }

  clearMarks() {
    this.marks = { in: null, out: null };
    this.showMarks();
  }

  mute() {
    this.video.muted = !this.video.muted;
    this.root.toggleAttribute("data-muted", this.video.muted);
    this.root.querySelector('[data-do="mute"]')?.setAttribute("aria-pressed", String(this.video.muted));
  }

  fullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.root.requestFullscreen?.();
  }

  text(seconds) {
    return this.clocking ? this.clocking.text(seconds) : clock(seconds);
  }

  showPlaying() {
    const playing = !this.video.paused || this.speed !== 0;
    this.root.toggleAttribute("data-playing", playing);
    this.root.querySelector('[data-do="toggle"]').setAttribute("aria-label", playing ? "Pause" : "Play");
    if (playing) this.follow();
  }

  // timeupdate comes four times a second: too seldom for a timecode.
  follow() {
    if (this.following) return;
    const next = () => {
      this.following = !this.video.paused;
      this.showTime();
      if (this.following) requestAnimationFrame(next);
    };
    this.following = true;
    requestAnimationFrame(next);
  }

  showTime() {
    const now = this.video.currentTime;
    this.part("now").textContent = this.text(now);
    this.scrub.show(now, this.text(now));
    for (const shot of this.shots) {
      const current = now >= shot.start && now < shot.end;
      if (current) shot.element.setAttribute("aria-current", "true");
      else shot.element.removeAttribute("aria-current");
      shot.rect?.classList.toggle("is-current", current);
    }
  }

  showMarks() {
    const { in: from, out: to } = this.marks;
    const shown = this.part("marks");
    shown.hidden = from === null && to === null;
    const start = from === null ? "" : `in ${this.text(from)}`;
    const end = to === null ? "" : `out ${this.text(to)}`;
    shown.textContent = [start, end].filter(Boolean).join(" – ");
    this.scrub.showMarked(from, to);
    this.tellMarks();
  }

  // For whoever keeps moments: points as one types them, out being the first frame after.
  tellMarks() {
    const { in: from, out: to } = this.marks;
    const frame_s = 1 / (this.clocking?.rate ?? FALLBACK_FPS);
    const point = (seconds) => (this.clocking ? this.clocking.text(seconds) : seconds.toFixed(3));
    const detail = { in: from === null ? "" : point(from), out: to === null ? "" : point(to + frame_s) };
    document.dispatchEvent(new CustomEvent("player:marks", { detail }));
  }

  setMarks({ start, end }) {
    const half_s = 0.5 / (this.clocking?.rate ?? FALLBACK_FPS);
    this.marks = { in: start + half_s, out: Math.max(start, end - half_s) };
    this.showMarks();
    this.whenReady(() => this.seek(this.marks.in));
  }
}

class Scrub {
  constructor(player, bar) {
    this.player = player;
    this.bar = bar;
    this.played = bar.querySelector("[data-played]");
    this.marked = bar.querySelector("[data-marked]");
    this.preview = bar.querySelector("[data-preview]");
    this.times = (this.preview.dataset.times ?? "").split(" ").filter(Boolean).map(Number);
    bar.addEventListener("pointerdown", (event) => this.grab(event));
    bar.addEventListener("pointermove", (event) => this.move(event));
    bar.addEventListener("pointerleave", () => (this.preview.hidden = true));
  }

  secondsAt(event) {
    const box = this.bar.getBoundingClientRect();
    return (Math.min(Math.max(event.clientX - box.left, 0), box.width) / box.width) * this.player.duration;
  }

  grab(event) {
    if (event.button !== 0) return;
    this.bar.setPointerCapture(event.pointerId);
    this.player.seek(this.secondsAt(event));
  }

  move(event) {
    const seconds = this.secondsAt(event);
    if (this.bar.hasPointerCapture(event.pointerId)) this.player.seek(seconds);
    this.showPreview(seconds);
  }

  share(seconds) {
    return this.player.duration ? `${(100 * seconds) / this.player.duration}%` : "0%";
  }

  show(seconds, text) {
    this.played.style.left = this.share(seconds);
    this.bar.setAttribute("aria-valuemax", this.player.duration.toFixed(2));
    this.bar.setAttribute("aria-valuenow", seconds.toFixed(2));
    this.bar.setAttribute("aria-valuetext", text);
  }

  showMarked(from, to) {
    this.marked.hidden = from === null && to === null;
    const start = from ?? 0;
    this.marked.style.left = this.share(start);
    this.marked.style.width = this.share((to ?? this.player.duration) - start);
  }

  showPreview(seconds) {
    this.preview.hidden = false;
    this.preview.querySelector("[data-preview-time]").textContent = this.player.text(seconds);
    this.showTile(seconds);
    // Inside the bar, so that a wide picture is not cut off at its ends.
    const half = this.preview.offsetWidth / 2;
    const width = this.bar.clientWidth;
    const place = (seconds / (this.player.duration || 1)) * width;
    this.preview.style.left = `${Math.min(Math.max(place, half + 2), Math.max(width - half - 2, half + 2))}px`;
  }

  showTile(seconds) {
    const { sprite, columns, width, height } = this.preview.dataset;
    const picture = this.preview.querySelector("[data-preview-picture]");
    if (!sprite || !this.times.length) return;
    const later = this.times.findIndex((time) => time > seconds);
    const index = Math.max(0, (later < 0 ? this.times.length : later) - 1);
    const left = (index % columns) * width;
    const top = Math.floor(index / columns) * height;
    Object.assign(picture.style, {
      width: `${width}px`,
      height: `${height}px`,
      backgroundImage: `url("${sprite}")`,
      backgroundPosition: `-${left}px -${top}px`,
    });
  }
}

for (const root of document.querySelectorAll("[data-player]")) new Player(root);
