// The people pages with JavaScript: a name field that was swapped in is ready to type in, and
// Escape leaves it.

document.addEventListener("htmx:afterSwap", (event) => {
  const input = document.querySelector("#person-name-input");
  if (input && document.querySelector("#person-name")?.contains(input)) {
    input.focus();
    input.select();
  } else if (event.detail.target?.id === "person-name") {
    document.querySelector("#person-name a")?.focus();
  }
  const heading = document.querySelector("#person-name h1");
  if (heading) document.title = `${heading.textContent} · EveryID`;
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.id === "person-name-input") {
    event.target.form.querySelector("a[hx-get]")?.click();
  }
});
