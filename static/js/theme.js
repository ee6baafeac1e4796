// Sets the chosen theme before the first paint, so it is a plain script in the head: a module
// would run after the page has flashed in the other colours.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const chosen = localStorage.getItem("everyid-theme");
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  } catch {
    // Storage is blocked: the theme follows the system.
  }
})();
