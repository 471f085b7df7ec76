// What the pages do beyond links and forms: selects that submit, lookups that search, a warning before losing edits.
// Everything also works without it.
"use strict";
document.documentElement.classList.add("js");

for (const select of document.querySelectorAll("select[data-submit]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

for (const form of document.querySelectorAll("form[data-guard]")) {
  let changed = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}

for (const box of document.querySelectorAll("[data-lookup]")) startLookup(box);

function startLookup(box) {
  const input = box.querySelector("[role=combobox]");
  const [row, name] = box.querySelectorAll("input[type=hidden]");
  const list = box.querySelector("[role=listbox]");
  const table = box.closest("form").elements.etn.value;
  let timer = 0, latest = 0, active = -1;

  input.addEventListener("input", () => {
    row.value = "";
    clearTimeout(timer);
    timer = setTimeout(search, 150);
  });
  input.addEventListener("focus", search);
  input.addEventListener("blur", () => setTimeout(close, 150));
  input.addEventListener("keydown", (event) => {
    const options = list.children;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) return search();
      mark((active + (event.key === "ArrowDown" ? 1 : options.length - 1 + (active < 0 ? 1 : 0))) % options.length);
    } else if (event.key === "Enter" && !list.hidden && active >= 0) {
      event.preventDefault();
      choose(options[active]);
    } else if (event.key === "Escape") {
      close();
    }
  });

  async function search() {
    const number = ++latest;
    // A chosen name is no search text: offer everything again.
    const text = input.value === name.value ? "" : input.value;
    const query = new URLSearchParams({ etn: table, column: box.dataset.lookup, q: text });
    const response = await fetch(`/_app/lookup?${query}`);
    if (number !== latest || !response.ok || document.activeElement !== input) return;
    show(await response.json());
  }

  function show(found) {
    list.replaceChildren(...found.map((one, index) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${index}`;
      item.role = "option";
      item.dataset.row = one.row;
      item.dataset.name = one.name;
      item.append(one.name);
      if (one.hint) item.append(Object.assign(document.createElement("small"), { textContent: one.hint }));
      item.addEventListener("mousedown", (event) => { event.preventDefault(); choose(item); });
      return item;
    }));
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    active = -1;
    input.removeAttribute("aria-activedescendant");
  }

  function mark(index) {
    active = index;
    for (const [at, item] of [...list.children].entries()) item.setAttribute("aria-selected", String(at === index));
    input.setAttribute("aria-activedescendant", list.children[index].id);
    list.children[index].scrollIntoView({ block: "nearest" });
  }

  function choose(item) {
    input.value = name.value = item.dataset.name;
    row.value = item.dataset.row;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    close();
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
  }
}
