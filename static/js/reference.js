// The API's reference: copy a command, find an operation, and ask what only reads.

const MOST_SHOWN = 60_000; // letters: more would keep the page busy

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = button.closest("[data-code]").querySelector("code").textContent;
  button.textContent = (await copied(text)) ? "Copied" : "Select it";
});

// The clipboard is closed to pages that came over plain HTTP from another machine.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

const filter = document.querySelector("[data-api-filter]");
filter?.addEventListener("input", () => {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const group of document.querySelectorAll("[data-api-group]")) {
    let here = 0;
    for (const row of group.querySelectorAll("[data-api-row]")) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      here += row.hidden ? 0 : 1;
    }
    group.hidden = here === 0;
    found += here;
  }
  document.querySelector("[data-api-none]").hidden = found > 0;
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-api-try]");
  if (!form) return;
  event.preventDefault();
  ask(form);
});

async function ask(form) {
  const box = form.parentElement.querySelector("[data-api-answer]");
  const [said, shown] = [box.querySelector("p"), box.querySelector("pre")];
  const address = addressOf(form);
  box.hidden = false;
  said.textContent = `GET ${address} …`;
  shown.textContent = "";
  const began = performance.now();
  try {
    const answer = await fetch(address);
    const text = await answer.text();
    const took = Math.round(performance.now() - began);
    said.textContent = `GET ${address}: ${answer.status}, ${took} ms`;
    const whole = laidOut(text, answer.headers.get("Content-Type") ?? "");
    shown.textContent = whole.length > MOST_SHOWN ? `${whole.slice(0, MOST_SHOWN)}\n…` : whole;
  } catch {
    said.textContent = `GET ${address}: the server did not answer.`;
  }
}

function addressOf(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const input of form.querySelectorAll("input, select")) {
    if (input.dataset.inPath !== undefined) {
      path = path.replace(`{${input.name}}`, encodeURIComponent(input.value));
    } else if (input.value) {
      query.append(input.name, input.value);
    }
  }
  return query.size ? `${path}?${query}` : path;
}

function laidOut(text, kind) {
  return /json/.test(kind) ? JSON.stringify(JSON.parse(text), null, 2) : text;
}
