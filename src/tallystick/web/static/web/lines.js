// The lines of a document as a spreadsheet: moving with the keys, saving a line when it is left, inserting and deleting.
// Every row is a form of its own that works without this file; here its answers are taken into the page.
(() => {
  "use strict";
  const grid = document.querySelector("[data-lines]");
  const rows = grid?.querySelector("[data-line-rows]");
  if (!rows) return;
  const template = grid.querySelector("[data-line-template]");
  const status = grid.querySelector("[data-line-status]");
  let queue = Promise.resolve(); // one line after the other, so that new lines keep their order
  let waiting = 0;

  const rowOf = (element) => element?.closest?.("[data-line]");
  const formOf = (row) => row.querySelector("[data-line-form]");
  const cellsOf = (row) => [...row.querySelectorAll("[data-cell]")];
  const allRows = () => [...rows.querySelectorAll("[data-line]")];
  const textOf = (cell) => (cell.type === "checkbox" ? String(cell.checked) : cell.value);
  const textsOf = (row) => Object.fromEntries(cellsOf(row).map((cell) => [cell.name, textOf(cell)]));
  const wasIn = (cell) => {
    if (cell.type === "checkbox") return String(cell.defaultChecked);
    if (cell.matches("select")) return [...cell.options].find((option) => option.defaultSelected)?.value ?? cell.options[0].value;
    return cell.defaultValue;
  };
  const isUntouched = (row) => cellsOf(row).every((cell) => textOf(cell) === wasIn(cell));
  const isEmpty = (row) => row.hasAttribute("data-new") && cellsOf(row).every((cell) => cell.name === "type" || textOf(cell) === wasIn(cell));
  const say = (text) => (status.textContent = text);

  // --- saving --------------------------------------------------------------------------------------------------------
  function save(row) {
    return enqueue(() => sendRow(row));
  }

  function enqueue(work) {
    waiting += 1;
    queue = queue.then(work).catch(() => complain(0)).finally(() => (waiting -= 1));
    return queue;
  }

  async function sendRow(row) {
    if (!row.isConnected || !row.hasAttribute("data-dirty")) return;
    if (isEmpty(row)) return row.removeAttribute("data-dirty");
    const sent = textsOf(row);
    row.setAttribute("aria-busy", "true");
    const answer = await post(formOf(row).action, new FormData(formOf(row)));
    row.removeAttribute("aria-busy");
    if (answer) take(answer, row, sent);
  }

  async function post(url, data) {
    let response;
    try {
      // `keepalive`: a line that is left by leaving the page is saved all the same.
      response = await fetch(url, { method: "POST", body: data, headers: { "X-Rows": "yes" }, redirect: "manual", keepalive: true });
    } catch {
      complain(0);
      return null;
    }
    if (response.ok || response.status === 409 || response.status === 422) {
      const parsed = document.createElement("template");
      parsed.innerHTML = await response.text();
      return { ok: response.ok, parts: parsed.content };
    }
    if (response.type === "opaqueredirect" || response.status === 401) say("You are signed out. Sign in in another window, then save the line again.");
    else complain(response.status);
    return null;
  }

  const complain = (code) => document.dispatchEvent(new CustomEvent("tally:refused", { detail: { status: code } }));

  function take(answer, row, sent) {
    const fresh = answer.parts.querySelector("[data-line], [data-undo]");
    if (fresh) exchange(row, document.adoptNode(fresh), sent, answer.ok);
    else if (answer.ok) row.remove();
    for (const part of answer.parts.querySelectorAll("[data-swap]")) {
      document.getElementById(part.dataset.swap)?.replaceChildren(...part.childNodes);
    }
    const notice = answer.parts.querySelector("[data-notice]");
    if (notice) say(notice.textContent);
  }

  function exchange(row, fresh, sent, ok) {
    const typedSince = cellsOf(row).filter((cell) => sent && textOf(cell) !== sent[cell.name]);
    const active = row.contains(document.activeElement) ? document.activeElement : null;
    row.replaceWith(fresh);
    htmx.process(fresh);
    for (const cell of typedSince) {
      const same = cellsOf(fresh).find((one) => one.name === cell.name);
      if (!same) continue;
      if (same.type === "checkbox") same.checked = cell.checked;
      else same.value = cell.value;
      fresh.setAttribute("data-dirty", "");
      fresh.removeAttribute("data-refused");
    }
    if (active) refocus(active, fresh);
    if (fresh.hasAttribute("data-line")) announce(fresh, ok);
  }

  function refocus(active, fresh) {
    const same = active.name ? cellsOf(fresh).find((cell) => cell.name === active.name) : null;
    const target = same || cellsOf(fresh)[0] || fresh.querySelector("button");
    target?.focus();
    if (same && same.type === "text") same.setSelectionRange(active.selectionStart, active.selectionEnd);
  }

  function announce(row, ok) {
    if (ok) return say(`${sentence(row.dataset.name)} is saved.`);
    const problems = [...row.querySelectorAll(".invalid-feedback, [data-line-problem]")].map((one) => one.textContent.trim());
    say(`${sentence(row.dataset.name)} is not saved. ${problems.join(" ")}`);
  }

  const sentence = (name) => name.charAt(0).toUpperCase() + name.slice(1);

  async function flush() {
    for (const row of allRows()) if (row.hasAttribute("data-dirty") && !row.hasAttribute("data-refused")) save(row);
    await queue;
    return !rows.querySelector("[data-dirty]");
  }

  // --- rows ----------------------------------------------------------------------------------------------------------
  const NOBODY = "00000000-0000-0000-0000-000000000000";

  function freshId() {
    // randomUUID is there on secure pages only; an office network may do without.
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  function newRow() {
    const holder = document.createElement("template");
    holder.innerHTML = template.innerHTML.replaceAll(NOBODY, freshId());
    return document.adoptNode(holder.content.querySelector("[data-line]"));
  }

  function append() {
    const row = newRow();
    rows.append(row);
    htmx.process(row);
    return row;
  }

  function insertAbove(row) {
    if (!template) return;
    const isLast = row.hasAttribute("data-new") && row === allRows().at(-1);
    if (isLast && isEmpty(row)) return cellsOf(row)[1]?.focus();
    const added = newRow();
    // The line it goes in front of has a number once it is stored; the form's address ends with its id.
    formOf(added).elements.before.value = formOf(row).action.split("/").at(-1);
    row.before(added);
    htmx.process(added);
    cellsOf(added)[1]?.focus();
  }

  function remove(row) {
    const around = allRows();
    const next = around[around.indexOf(row) + 1] || around[around.indexOf(row) - 1];
    const column = cellsOf(row).indexOf(document.activeElement);
    if (row.hasAttribute("data-new")) {
      if (row === around.at(-1) && isEmpty(row)) return;
      if (row === around.at(-1)) append();
      row.remove();
    } else {
      row.removeAttribute("data-dirty");
      enqueue(() => sendDeletion(row));
    }
    if (next?.isConnected) (cellsOf(next)[column] || cellsOf(next)[1] || cellsOf(next)[0])?.focus();
  }

  async function sendDeletion(row) {
    const answer = await post(`${formOf(row).action}/delete`, new FormData(formOf(row)));
    if (!answer) return;
    take(answer, row, null);
    if (answer.ok) say(`${sentence(row.dataset.name)} is deleted. Ctrl Z brings it back.`);
  }

  async function sendUndo(form) {
    const row = form.closest("[data-undo]");
    const answer = await post(form.action, new FormData(form));
    if (!answer) return;
    if (answer.ok) {
      take(answer, row, null);
    } else say(answer.parts.querySelector("[data-notice]")?.textContent || "The line could not be entered again.");
  }

  // --- moving --------------------------------------------------------------------------------------------------------
  function focusCell(cell) {
    if (!cell) return;
    cell.focus();
    if (cell.type === "text") cell.select();
  }

  function moveAcross(cell, step) {
    const row = rowOf(cell);
    const cells = cellsOf(row);
    const next = cells[cells.indexOf(cell) + step];
    if (next) return focusCell(next);
    const other = allRows()[allRows().indexOf(row) + step];
    if (!other) return;
    const theirs = cellsOf(other);
    focusCell(step > 0 ? theirs[0] : theirs.at(-1));
  }

  function moveDown(cell, step) {
    const row = rowOf(cell);
    const other = allRows()[allRows().indexOf(row) + step];
    if (other) focusCell(cellsOf(other).find((one) => one.name === cell.name) || cellsOf(other)[0]);
  }

  function atEdge(cell, step) {
    if (cell.type !== "text") return true;
    const all = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
    const caret = step < 0 ? cell.selectionEnd === 0 : cell.selectionStart === cell.value.length;
    return all || caret;
  }

  function copyFromAbove(cell) {
    const above = allRows()[allRows().indexOf(rowOf(cell)) - 1];
    if (!above) return;
    // A number is nothing without its type.
    const names = cell.name === "number" ? ["type", "number"] : [cell.name];
    for (const name of names) {
      const [from, to] = [above, rowOf(cell)].map((row) => cellsOf(row).find((one) => one.name === name));
      if (!from || !to || textOf(from) === textOf(to)) continue;
      if (to.type === "checkbox") to.checked = from.checked;
      else to.value = from.value;
      touched(to);
    }
    if (cell.type === "text") cell.select();
  }

  function touched(cell) {
    const row = rowOf(cell);
    row.setAttribute("data-dirty", "");
    row.removeAttribute("data-refused");
    if (template && row.hasAttribute("data-new") && row === allRows().at(-1)) append();
  }

  const isListOpen = (cell) => cell.getAttribute("aria-expanded") === "true";

  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest?.("[data-cell]");
    if (!cell || !rows.contains(cell) || event.isComposing) return;
    // The list of suggestions has taken the key; Enter chose one, and goes on.
    if (event.defaultPrevented) return event.key === "Enter" ? moveAcross(cell, 1) : undefined;
    const key = `${event.ctrlKey || event.metaKey ? "Ctrl " : ""}${event.altKey ? "Alt " : ""}${event.key}`;
    const command = {
      Enter: () => moveAcross(cell, event.shiftKey ? -1 : 1),
      ArrowDown: () => !isListOpen(cell) && !cell.matches("select") && moveDown(cell, 1),
      ArrowUp: () => !isListOpen(cell) && !cell.matches("select") && moveDown(cell, -1),
      ArrowRight: () => !event.shiftKey && atEdge(cell, 1) && moveAcross(cell, 1),
      ArrowLeft: () => !event.shiftKey && atEdge(cell, -1) && moveAcross(cell, -1),
      "Alt ArrowDown": () => cell.getAttribute("role") === "combobox" && htmx.trigger(cell, "lookup"),
      F4: () => cell.getAttribute("role") === "combobox" && htmx.trigger(cell, "lookup"),
      F8: () => copyFromAbove(cell),
      Insert: () => insertAbove(rowOf(cell)),
      "Ctrl Delete": () => remove(rowOf(cell)),
      "Ctrl s": () => (touched(cell), save(rowOf(cell))),
      "Ctrl z": () => textOf(cell) === wasIn(cell) && undoLast(),
      Escape: () => textOf(cell) !== wasIn(cell) && revert(cell),
    }[key];
    if (command && command() !== false) event.preventDefault();
  });

  function undoLast() {
    const forms = grid.querySelectorAll("[data-undo-form]");
    if (!forms.length) return false;
    forms[forms.length - 1].requestSubmit();
    return true;
  }

  function revert(cell) {
    if (cell.type === "checkbox") cell.checked = cell.defaultChecked;
    else cell.value = wasIn(cell);
    if (isUntouched(rowOf(cell))) rowOf(cell).removeAttribute("data-dirty");
    if (cell.type === "text") cell.select();
  }

  // --- what happens to a row -----------------------------------------------------------------------------------------
  rows.addEventListener("input", (event) => event.target.matches("[data-cell]") && touched(event.target));
  rows.addEventListener("change", (event) => {
    if (!event.target.matches("[data-cell]")) return;
    touched(event.target);
    if (event.target.name !== "type") return;
    const number = cellsOf(rowOf(event.target)).find((cell) => cell.name === "number");
    if (number) number.value = ""; // the number of an item names no resource
  });
  rows.addEventListener("focusout", (event) => {
    const row = rowOf(event.target);
    if (!row || row.contains(event.relatedTarget)) return;
    if (row.hasAttribute("data-dirty") && !row.hasAttribute("data-refused")) save(row);
  });
  rows.addEventListener("click", (event) => {
    const row = rowOf(event.target);
    if (!row) return;
    if (event.target.closest("[data-insert-line]")) insertAbove(row);
    if (event.target.closest("[data-delete-line]")) {
      event.preventDefault();
      remove(row);
    }
  });
  grid.addEventListener("submit", (event) => {
    if (event.target.matches("[data-undo-form]")) {
      event.preventDefault();
      enqueue(() => sendUndo(event.target));
    } else if (event.target.matches("[data-line-form]")) {
      event.preventDefault();
      const row = rowOf(event.target);
      row.setAttribute("data-dirty", "");
      save(row);
    }
  });

  // --- leaving the page: first the lines -----------------------------------------------------------------------------
  const isUnsaved = () => waiting > 0 || rows.querySelector("[data-dirty]") !== null;

  async function saveFirst(then) {
    if (await flush()) return then();
    const row = rows.querySelector("[data-dirty]");
    (row.querySelector(".is-invalid") || cellsOf(row)[0])?.focus();
  }

  document.addEventListener("submit", (event) => {
    if (grid.contains(event.target) || !isUnsaved()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    saveFirst(() => event.target.requestSubmit(event.submitter));
  }, true);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || link.target || event.ctrlKey || event.metaKey || event.shiftKey || link.hash && link.pathname === location.pathname) return;
    if (!isUnsaved()) return;
    event.preventDefault();
    saveFirst(() => location.assign(link.href));
  }, true);
  addEventListener("beforeunload", (event) => isUnsaved() && event.preventDefault());

  // No element has this id: going to one would take the focus away again.
  if (location.hash === "#write") focusCell(cellsOf(allRows().at(-1) || rows).find((cell) => cell.name === "number"));
  document.documentElement.classList.add("has-lines-script");
})();
