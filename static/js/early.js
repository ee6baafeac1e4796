// What must be there before the page is seen, and so is a plain script in the head: the chosen theme
// (a module would set it after the page has flashed in the other colours), and the ear of the forms
// that have no button of their own (a module would miss a choice made while it is on its way).
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const chosen = localStorage.getItem("everyid-theme");
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  } catch {
    // Storage is blocked: the theme follows the system.
  }
  // A form that asks to be sent when a choice changes; without this script its button does it.
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-submit-on-change]");
    if (form && event.target.matches("select, input[type=checkbox], input[type=radio]")) {
      form.requestSubmit();
    }
  });
})();
