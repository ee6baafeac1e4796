// The people in the picture, by their boxes: while the player stands still each is a button; while it
// plays a click on a box stops it. Either opens a card: find this person, look at them, name them.

const MOST_SHOWN = 40; // More boxes than anybody can tell apart with a pointer.

class BoxPeople {
  constructor(player) {
    this.player = player;
    this.video = player.querySelector("video");
    this.layer = player.querySelector("[data-box-people]");
    this.card = player.querySelector("[data-box-card]");
    this.buttons = new Map();
    this.drawn = { shown: [], rect: { x: 0, y: 0, w: 0, h: 0 } };
    this.opener = null;
    player.querySelector("[data-tracks-url]").addEventListener("tracks:drawn", (event) => this.hear(event.detail));
    this.video.addEventListener("click", (event) => this.clicked(event), { capture: true });
    for (const name of ["play", "pause", "seeked"]) this.video.addEventListener(name, () => this.show());
    this.card.addEventListener("click", (event) => {
      if (event.target.closest("[data-close]")) this.close();
    });
    this.card.addEventListener("keydown", (event) => this.stayInside(event));
    player.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.card.hidden) {
        event.preventDefault();
        this.close();
      }
    });
  }

  hear({ shown, rect }) {
    this.drawn = { shown: shown.filter(({ track }) => track.url).slice(0, MOST_SHOWN), rect };
    this.show();
  }

  // Buttons for those in the picture, in the order of their boxes from left to right.
  show() {
    const { rect } = this.drawn;
    const shown = this.video.paused ? this.drawn.shown.toSorted((a, b) => a.box[0] - b.box[0]) : [];
    const kept = new Set(shown.map(({ track }) => track.id));
    for (const [id, button] of this.buttons) {
      if (kept.has(id)) continue;
      button.remove();
      this.buttons.delete(id);
    }
    for (const { track, box } of shown) {
      const button = this.buttons.get(track.id) ?? this.add(track);
      const [left, top, right, bottom] = box;
      button.style.left = `${rect.x + left * rect.w}px`;
      button.style.top = `${rect.y + top * rect.h}px`;
      button.style.width = `${(right - left) * rect.w}px`;
      button.style.height = `${(bottom - top) * rect.h}px`;
      // The smaller of two lies on top, so that each can be clicked.
      button.style.zIndex = String(1000 - Math.round(1000 * (right - left) * (bottom - top)));
    }
    if (!this.video.paused) this.close({ focus: false });
  }

  add(track) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "box-person-button";
    button.dataset.track = String(track.id);
    button.setAttribute("aria-haspopup", "dialog");
    button.setAttribute("aria-label", `${track.identity?.name ?? "Somebody"}: who this is, and where else`);
    button.addEventListener("click", () => this.open(track, button));
    this.layer.append(button);
    this.buttons.set(track.id, button);
    return button;
  }

  // A click while it plays: on somebody it stops there; elsewhere it is the player's.
  clicked(event) {
    if (this.video.paused) {
      this.close({ focus: false });
      return;
    }
    const { rect, shown } = this.drawn;
    const x = (event.offsetX - rect.x) / rect.w;
    const y = (event.offsetY - rect.y) / rect.h;
    const hit = shown
      .filter(({ box: [left, top, right, bottom] }) => x >= left && x <= right && y >= top && y <= bottom)
      .sort(({ box: a }, { box: b }) => (a[2] - a[0]) * (a[3] - a[1]) - (b[2] - b[0]) * (b[3] - b[1]))[0];
    if (!hit) return;
    event.stopImmediatePropagation();
    this.player.dispatchEvent(new CustomEvent("player:pause"));
    this.open(hit.track, null, hit.box);
  }

  async open(track, button, box = this.drawn.shown.find((one) => one.track.id === track.id)?.box) {
    this.opener = button;
    this.wanted = track.id;
    // On the side where the person is not.
    this.card.classList.toggle("box-card--start", box !== undefined && (box[0] + box[2]) / 2 > 0.5);
    await window.htmx.ajax("GET", `${track.url}?card`, { target: this.card, swap: "innerHTML" });
    if (this.wanted !== track.id || !this.video.paused) return;
    this.card.hidden = false;
    this.card.querySelector("a, button")?.focus();
  }

  // Tab goes round in the card, until it is closed.
  stayInside(event) {
    if (event.key !== "Tab") return;
    const controls = [...this.card.querySelectorAll("a, button")];
    const end = event.shiftKey ? controls[0] : controls.at(-1);
    if (document.activeElement !== end) return;
    event.preventDefault();
    (event.shiftKey ? controls.at(-1) : controls[0]).focus();
  }

  // Back to who was asked about; a click on the picture opened it where nobody was a button yet.
  close({ focus = true } = {}) {
    const button = this.opener?.isConnected ? this.opener : this.buttons.get(this.wanted);
    this.wanted = null;
    if (this.card.hidden) return;
    this.card.hidden = true;
    if (focus) (button ?? this.player.querySelector("[data-scrub]")).focus();
  }
}

for (const layer of document.querySelectorAll("[data-box-people]")) {
  new BoxPeople(layer.closest("[data-player]"));
}
