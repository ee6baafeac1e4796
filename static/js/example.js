// A picture dropped on the page, pasted, or chosen is sent as soon as it is there.

const form = document.querySelector("[data-example-form]");
const input = form?.querySelector("input[type=file]");

function send() {
  form.elements.q.value = document.querySelector("#q")?.value ?? "";
  form.elements.back.value = location.search;
  form.requestSubmit();
}

function take(files) {
  const picture = [...(files ?? [])].find((file) => file.type.startsWith("image/"));
  if (!form || !picture) return false;
  const carrier = new DataTransfer();
  carrier.items.add(picture);
  input.files = carrier.files;
  send();
  return true;
}

function refuse(files) {
  const notice = document.createElement("p");
  notice.className = "notice notice--warn";
  notice.setAttribute("role", "alert");
  notice.textContent = `“${files[0]?.name ?? "This"}” is no picture: only pictures can be searched by.`;
  document.querySelector("#toast")?.replaceChildren(notice);
}

function carriesFile(event) {
  return [...(event.dataTransfer?.types ?? [])].includes("Files");
}

// While a file is held over the page the browser says so several times a second; that it was carried
// away, or let go by Escape, it does not always say over the search box.
const GONE_MS = 3000;
let gone;

function mark(on) {
  clearTimeout(gone);
  document.body.classList.toggle("is-dropping", on);
  if (on) gone = setTimeout(() => mark(false), GONE_MS);
}

if (form) {
  input.addEventListener("change", () => {
    if (input.files.length && !form.elements.person.checked) send();
  });
  form.addEventListener("submit", () => {
    form.elements.q.value = document.querySelector("#q")?.value ?? "";
    form.elements.back.value = location.search;
  });
  document.addEventListener("dragover", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    mark(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) mark(false);
  });
  document.addEventListener("drop", (event) => {
    mark(false);
    if (!carriesFile(event)) return;
    event.preventDefault();
    if (!take(event.dataTransfer.files)) refuse(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    if (take(event.clipboardData?.files)) event.preventDefault();
  });
}
