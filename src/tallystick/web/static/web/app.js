// The little that pages do in the browser beyond htmx and Tabler: theme, keys, dialogs, lists, look-ups and cards.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const typing = (target) => target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

  // --- theme -------------------------------------------------------------------------------------------------------
  function applyTheme(choice) {
    const dark = choice === "dark" || (choice === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
    document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
    document.documentElement.dataset.themeChoice = choice;
    $$("[data-choose-theme]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.chooseTheme === choice)));
  }
  applyTheme(localStorage.getItem("theme") || "auto");
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => applyTheme(localStorage.getItem("theme") || "auto"));

  // --- clicks: one listener, so that what htmx swaps in works as well -----------------------------------------------
  document.addEventListener("click", (event) => {
    const theme = event.target.closest("[data-choose-theme]");
    if (theme) {
      localStorage.setItem("theme", theme.dataset.chooseTheme);
      applyTheme(theme.dataset.chooseTheme);
    }
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      event.preventDefault();
      document.getElementById(opener.dataset.dialog)?.showModal();
    }
    if (event.target.closest("[data-dialog-close]")) event.target.closest("dialog")?.close();
    if (event.target.matches("dialog")) event.target.close(); // the backdrop
    if (event.target.closest("[data-print]")) print();
    const dismiss = event.target.closest("[data-dismiss-toast]");
    if (dismiss) dismiss.closest(".toast")?.remove();
    const take = event.target.closest("[data-take-value]");
    if (take) takeTheirs(take);
    const copy = event.target.closest("[data-copy]");
    if (copy) navigator.clipboard.writeText(copy.dataset.copy).then(() => (copy.dataset.copied = "yes"));
  });

  // --- toasts --------------------------------------------------------------------------------------------------------
  function settleToasts() {
    $$(".toast[data-fleeting]:not([data-timed])").forEach((toast) => {
      toast.dataset.timed = "yes";
      setTimeout(() => toast.matches(":hover, :focus-within") || toast.remove(), 6000);
    });
  }
  settleToasts();

  // --- keys ----------------------------------------------------------------------------------------------------------
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const save = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s";
    if (save && !event.target.closest?.("[data-lines]") && $("form[data-card]")) {
      event.preventDefault();
      $("form[data-card]").requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
    if (event.key === "Escape") return escape(event);
    if (event.target.getAttribute?.("role") === "combobox") return;
    const inSearch = event.target.matches("[data-list-search]");
    if (event.key === "ArrowDown" && inSearch) return moveRow(event, 1);
    if (typing(event.target)) return;
    const command = {
      "/": () => $("[data-global-search]")?.focus(),
      "?": () => $("#keyboard-help")?.showModal(),
      n: () => $("[data-key-new]")?.click(),
      e: () => editCurrent(),
      f: () => $("[data-list-search]")?.focus(),
      x: () => currentRow()?.querySelector("[data-select-row]")?.click(),
      ArrowDown: () => moveRow(event, 1),
      ArrowUp: () => moveRow(event, -1),
      "[": () => $("[data-key-previous]")?.click(),
      "]": () => $("[data-key-next]")?.click(),
    }[event.key];
    if (!command) return;
    if (!event.key.startsWith("Arrow")) event.preventDefault();
    command();
  });

  function escape(event) {
    if (typing(event.target) && event.target.matches("[data-global-search], [data-list-search]")) {
      event.target.blur();
      return;
    }
    const back = $("[data-key-back]");
    if (!back) return;
    if (typing(event.target)) event.target.blur();
    else back.click();
  }

  // --- lists ---------------------------------------------------------------------------------------------------------
  const rowLinks = () => $$("[data-row] [data-row-link]");
  const currentRow = () => document.activeElement?.closest?.("[data-row]");

  function moveRow(event, step) {
    const links = rowLinks();
    if (!links.length) return;
    if (step && event.target.matches("select, [role=tab]")) return;
    const at = links.indexOf(currentRow()?.querySelector("[data-row-link]"));
    event.preventDefault();
    links[at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.max(0, Math.min(links.length - 1, at + step))].focus();
  }

  function editCurrent() {
    const link = currentRow()?.querySelector("[data-row-link]");
    if (link) location.assign(link.href + "#edit");
    else firstField()?.focus();
  }

  function showSelection(list) {
    const boxes = $$("[data-select-row]", list);
    const chosen = boxes.filter((box) => box.checked);
    const all = $("[data-select-all]", list);
    if (all) {
      all.checked = boxes.length > 0 && chosen.length === boxes.length;
      all.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
    }
    const bar = $("[data-selection-bar]");
    if (!bar) return;
    bar.hidden = chosen.length === 0;
    const count = $("[data-selection-count]", bar);
    if (count) count.textContent = chosen.length === 1 ? "1 selected" : `${chosen.length} selected`;
  }

  let lastBox = null;
  document.addEventListener("click", (event) => {
    if (!event.target.matches("[data-select-row]")) return;
    const boxes = $$("[data-select-row]");
    if (event.shiftKey && lastBox && boxes.includes(lastBox)) {
      const [from, to] = [boxes.indexOf(lastBox), boxes.indexOf(event.target)].sort((a, b) => a - b);
      boxes.slice(from, to + 1).forEach((box) => (box.checked = event.target.checked));
    }
    lastBox = event.target;
  });
  document.addEventListener("change", (event) => {
    const list = event.target.closest("[data-list]");
    if (!list) return;
    if (event.target.matches("[data-select-all]")) {
      $$("[data-select-row]", list).forEach((box) => (box.checked = event.target.checked));
    }
    if (event.target.matches("[data-select-all], [data-select-row]")) showSelection(list);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-select-none]")) {
      $$("[data-list]").forEach((list) => {
        $$("[data-select-row]", list).forEach((box) => (box.checked = false));
        showSelection(list);
      });
      return;
    }
    const row = event.target.closest("[data-row]");
    if (!row || event.target.closest("a, button, input, label, select") || String(getSelection())) return;
    row.querySelector("[data-row-link]")?.click();
  });

  // --- look-ups: a text box with a list of suggestions (the ARIA combobox pattern) -----------------------------------
  const listOf = (box) => document.getElementById(box.getAttribute("aria-controls"));
  const close = (box) => {
    const list = listOf(box);
    if (list) list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const optionsOf = (box) => $$("[role=option]", listOf(box));

  function choose(box, option) {
    if (option.dataset.href) {
      location.assign(option.dataset.href);
      return;
    }
    box.value = option.dataset.value;
    box.dispatchEvent(new Event("change", { bubbles: true }));
    const caption = document.getElementById(`${box.id}_caption`);
    if (caption) caption.textContent = option.dataset.caption || "";
    close(box);
  }

  function moveOption(box, step) {
    const options = optionsOf(box);
    if (!options.length) return;
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const next = options[at < 0 ? (step > 0 ? 0 : options.length - 1) : (at + step + options.length) % options.length];
    options.forEach((option) => option.setAttribute("aria-selected", String(option === next)));
    box.setAttribute("aria-activedescendant", next.id);
    next.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    const box = event.target;
    if (box.getAttribute?.("role") !== "combobox") return;
    const list = listOf(box);
    const open = list && !list.hidden;
    // In a grid the arrow keys go to the cells around, until there is a list to go through.
    if (!open && box.closest("[data-lines]")) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (open) moveOption(box, event.key === "ArrowDown" ? 1 : -1);
      else htmx.trigger(box, "lookup");
    } else if (event.key === "Enter" && open) {
      const active = $("[aria-selected=true]", list);
      if (active) {
        event.preventDefault();
        choose(box, active);
      }
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      close(box);
    } else if (event.key === "Tab") close(box);
  }, true);
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    event.preventDefault(); // keeps the focus in the box
    const box = $(`[aria-controls="${option.closest("[role=listbox]").id}"]`);
    if (box && event.button === 0) choose(box, option);
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.getAttribute?.("role") === "combobox") close(event.target);
  });
  document.addEventListener("input", (event) => {
    if (event.target.getAttribute?.("role") !== "combobox") return;
    const caption = document.getElementById(`${event.target.id}_caption`);
    if (caption) caption.textContent = "";
  });

  // --- cards ---------------------------------------------------------------------------------------------------------
  // Fields may stand outside of the form that they name: between the two parts of a document are its lines.
  const firstField = () => [...($("form[data-card]")?.elements || [])].find((one) => one.matches(":is(input, select, textarea):not([type=hidden], [disabled], [readonly])"));
  let dirty = false;

  function takeTheirs(button) {
    const field = document.getElementById(button.dataset.takeFor);
    if (!field) return;
    if (field.type === "checkbox") field.checked = button.dataset.takeValue === "on";
    else field.value = button.dataset.takeValue;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
  }

  const soil = (event) => {
    if (!event.target.form?.matches("[data-card]")) return;
    dirty = true;
    document.documentElement.dataset.unsaved = "yes";
  };
  document.addEventListener("input", soil);
  document.addEventListener("change", soil);
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-card]")) dirty = false;
    if (event.target.matches("form[data-once]") && !event.defaultPrevented) {
      // A second click on a slow line must not do the thing twice; the disabled button would lose its name, so wait.
      setTimeout(() => [...event.target.elements].filter((one) => one.type === "submit").forEach((button) => (button.disabled = true)), 0);
    }
  });
  addEventListener("beforeunload", (event) => dirty && event.preventDefault());
  addEventListener("pageshow", () => {
    $$("form[data-once]").flatMap((form) => [...form.elements]).filter((one) => one.type === "submit").forEach((button) => (button.disabled = false));
  });

  function openFirstProblem() {
    // A conflict is read from the top, where it is explained; a mistake is corrected at once.
    if (!$("[data-conflict]")) $(".is-invalid")?.focus();
  }
  if ($(".is-invalid, [data-conflict]")) openFirstProblem();
  else if (location.hash === "#edit" || $("form[data-card][data-new]")) firstField()?.focus();

  // --- htmx ----------------------------------------------------------------------------------------------------------
  document.addEventListener("htmx:afterSwap", (event) => {
    const target = event.detail.target;
    if (target.matches?.("[role=listbox]")) {
      const box = $(`[aria-controls="${target.id}"]`);
      const show = document.activeElement === box && target.childElementCount > 0;
      target.hidden = !show;
      box.setAttribute("aria-expanded", String(show));
    }
    $$("[data-list]").forEach(showSelection);
    settleToasts();
  });
  document.addEventListener("htmx:responseError", (event) => complain(event.detail.xhr.status));
  document.addEventListener("htmx:sendError", () => complain(0));
  document.addEventListener("tally:refused", (event) => complain(event.detail.status));

  function complain(status) {
    if (status === 401 || status === 403) return location.reload(); // signed out meanwhile: the page says so
    const template = $("#toast-template");
    const area = $("#toasts");
    if (!template || !area) return;
    const toast = template.content.cloneNode(true);
    $("[data-toast-text]", toast).textContent = status
      ? `The server could not answer (${status}). Nothing was changed; try again.`
      : "The server cannot be reached. Check the connection and try again.";
    area.append(toast);
  }
})();
