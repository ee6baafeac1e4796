// Sends chosen or dropped files one after the other, each with its progress and its answer.
// Without this module the same form sends them all at once.

const form = document.querySelector("[data-upload]");
const list = document.querySelector("[data-uploads]");
const after = document.querySelector("[data-after]");
const template = document.querySelector("[data-upload-row]");
const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
const queue = [];
let sending = false;

function addRow(file) {
  const row = template.content.firstElementChild.cloneNode(true);
  row.querySelector(".upload__name").textContent = file.name;
  row.querySelector(".upload__say").textContent = "Waiting";
  list.append(row);
  return row;
}

function say(row, outcome, sentence, address, words = "Open") {
  row.querySelector("progress")?.remove();
  row.classList.add(`upload--${outcome}`);
  const place = row.querySelector(".upload__say");
  place.textContent = `${sentence || "Added: it is being looked at."} `;
  if (address) {
    const link = document.createElement("a");
    link.href = address;
    link.textContent = words;
    place.append(link);
  }
}

function show(row, request) {
  const answer = request.response;
  if (request.status === 200 && answer?.results?.length) {
    const [result] = answer.results;
    say(row, result.outcome, result.sentence, result.asset);
    after.hidden = false;
    return;
  }
  if (request.responseURL && new URL(request.responseURL).pathname !== location.pathname) {
    say(row, "refused", "You have been signed out. Sign in, then choose the file again.", location.href, "Sign in");
    return;
  }
  const reasons = {
    0: "The connection was lost. Choose the file again.",
    413: "The file is larger than this server accepts.",
    403: "You may not add footage here any more. Load the page anew.",
  };
  const wrong = Object.values(answer?.errors ?? {}).flat()[0];
  say(row, "refused", wrong ?? answer?.detail ?? reasons[request.status] ?? `The server answered ${request.status}. Choose the file again.`);
}

function send({ file, row }) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    const bar = row.querySelector("progress");
    const place = row.querySelector(".upload__say");
    request.open("POST", form.action || location.href);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", token);
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.value = (100 * event.loaded) / event.total;
      place.textContent = event.loaded < event.total ? `${Math.floor(bar.value)} % sent` : "Sent. Looking at it";
    });
    request.addEventListener("loadend", () => {
      show(row, request);
      done();
    });
    const body = new FormData();
    body.append("footage", file, file.name);
    body.append("camera", form.elements.camera?.value ?? "");
    request.send(body);
  });
}

async function run() {
  if (sending) return;
  sending = true;
  while (queue.length) await send(queue.shift());
  sending = false;
}

const isSubtitles = (file) => /\.(srt|vtt)$/i.test(file.name);

function take(files) {
  // Subtitles go to a video that must be there first.
  const ordered = [...files].sort((a, b) => isSubtitles(a) - isSubtitles(b));
  for (const file of ordered) queue.push({ file, row: addRow(file) });
  run();
}

function takeChosen(input) {
  take([...input.files]);
  input.value = "";
}

form.addEventListener("change", (event) => {
  if (event.target.type === "file") takeChosen(event.target);
});

// Files may have been chosen while this module was still on its way.
takeChosen(form.elements.footage);

const drop = document.querySelector("[data-drop]");
for (const name of ["dragenter", "dragover"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add("drop--over");
  });
}
for (const name of ["dragleave", "drop"]) {
  drop.addEventListener(name, () => drop.classList.remove("drop--over"));
}
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
  const folders = new Set(items.flatMap((item, index) => (item.webkitGetAsEntry?.()?.isDirectory ? [index] : [])));
  const files = [...event.dataTransfer.files];
  for (const index of folders) {
    say(addRow(files[index]), "refused", "This is a folder: open it and choose the files in it.");
  }
  take(files.filter((_file, index) => !folders.has(index)));
});

// Leaving while files are on their way would lose them.
window.addEventListener("beforeunload", (event) => {
  if (sending) event.preventDefault();
});
