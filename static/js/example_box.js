// A box dragged on a frame fills the four numbers of the form.

const frame = document.querySelector("[data-box-frame]");
const form = document.querySelector("[data-box-form]");
const canvas = frame?.querySelector("canvas");
const sides = ["left", "top", "right", "bottom"];
let start;

function point(event) {
  const area = canvas.getBoundingClientRect();
  const within = (value) => Math.min(1, Math.max(0, value));
  return [within((event.clientX - area.left) / area.width), within((event.clientY - area.top) / area.height)];
}

function read() {
  return sides.map((side) => Number.parseFloat(form.elements[side].value));
}

function draw() {
  const area = canvas.getBoundingClientRect();
  canvas.width = area.width * devicePixelRatio;
  canvas.height = area.height * devicePixelRatio;
  const box = read();
  if (box.some(Number.isNaN)) return;
  const pen = canvas.getContext("2d");
  const at = [box[0] * canvas.width, box[1] * canvas.height];
  const size = [(box[2] - box[0]) * canvas.width, (box[3] - box[1]) * canvas.height];
  pen.fillStyle = "rgb(0 0 0 / 0.55)";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.clearRect(...at, ...size);
  pen.lineWidth = 2 * devicePixelRatio;
  pen.strokeStyle = getComputedStyle(canvas).color;
  pen.strokeRect(...at, ...size);
}

if (canvas) {
  document.querySelector("[data-box-sides]").open = false;
  canvas.addEventListener("pointerdown", (event) => {
    start = point(event);
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!start) return;
    const now = point(event);
    const box = [Math.min(start[0], now[0]), Math.min(start[1], now[1]), Math.max(start[0], now[0]), Math.max(start[1], now[1])];
    sides.forEach((side, i) => {
      form.elements[side].value = box[i].toFixed(4);
    });
    draw();
  });
  canvas.addEventListener("pointerup", () => {
    start = undefined;
  });
  form.addEventListener("input", draw);
  form.addEventListener("invalid", () => {
    document.querySelector("[data-box-sides]").open = true;
  }, true);
  addEventListener("resize", draw);
}
