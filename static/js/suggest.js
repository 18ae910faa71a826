// Makes the search box a combobox (ARIA 1.2) with suggestions while the user types. Without this
// script it is a plain form with the same results.
"use strict";

(() => {
  const form = document.querySelector("form[data-suggest]");
  const box = form && form.querySelector("input[name=q]");
  if (!box) return;

  const list = document.createElement("ul");
  list.id = "suggestions";
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.dataset.suggestLabel);
  form.append(list);
  const count = document.createElement("span"); // read out by screen readers
  count.className = "unseen";
  count.setAttribute("role", "status");
  form.append(count);
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-expanded", "false");

  const kept = new Map(); // typed text to suggestions, so that Backspace sends no request
  const keptMax = 200;
  let asked = null; // the request under way
  let shown = ""; // the text that the list belongs to
  let active = -1;

  const options = () => Array.from(list.children);

  function close() {
    if (asked) asked.abort();
    list.hidden = true;
    shown = "";
    activate(-1);
    box.setAttribute("aria-expanded", "false");
  }

  function activate(place) {
    active = place;
    options().forEach((option, at) => option.setAttribute("aria-selected", String(at === place)));
    const option = list.children[place];
    if (!option) {
      box.removeAttribute("aria-activedescendant");
      return;
    }
    box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function part(className, lang, text) {
    const span = document.createElement("span");
    span.className = className;
    span.lang = lang;
    span.textContent = text;
    return span;
  }

  function show(typed, suggestions) {
    list.replaceChildren(...suggestions.map((suggestion, at) => {
      const option = document.createElement("li");
      option.id = "suggestion-" + at;
      option.setAttribute("role", "option");
      option.dataset.href = suggestion.href;
      option.append(
        part("suggested", "en", suggestion.word), " ",
        part("brief", suggestion.lang, suggestion.gloss),
      );
      return option;
    }));
    shown = typed;
    list.hidden = suggestions.length === 0;
    count.textContent = form.dataset.suggestCount.replace("{count}", suggestions.length);
    box.setAttribute("aria-expanded", String(!list.hidden));
    activate(-1);
  }

  async function offer() {
    const typed = box.value;
    if (typed.trim() === "") {
      close();
      return;
    }
    if (asked) asked.abort();
    if (kept.has(typed)) {
      show(typed, kept.get(typed));
      return;
    }
    const request = new AbortController();
    asked = request;
    try {
      const place = form.dataset.suggest + "?q=" + encodeURIComponent(typed);
      const answer = await fetch(place, { signal: request.signal });
      if (!answer.ok) return;
      const suggestions = await answer.json();
      if (kept.size >= keptMax) kept.clear();
      kept.set(typed, suggestions);
      if (box.value === typed && document.activeElement === box) show(typed, suggestions);
    } catch (error) {
      // Another letter was typed, or the server is unreachable. The form still works.
    } finally {
      if (asked === request) asked = null;
    }
  }

  function go(option) {
    location.assign(option.dataset.href);
  }

  box.addEventListener("input", (event) => {
    if (!event.isComposing) offer();
  });
  // Chrome sends no input event after the end of an input method.
  box.addEventListener("compositionend", offer);
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const offered = list.hidden ? 0 : list.children.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (offered === 0) {
        if (shown !== box.value) offer();
        return;
      }
      // The box itself comes between the last and the first suggestion.
      const step = event.key === "ArrowDown" ? 1 : -1;
      activate(((active + 1 + step + offered + 1) % (offered + 1)) - 1);
    } else if (event.key === "Escape" && offered > 0) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && offered > 0 && active >= 0) {
      event.preventDefault();
      go(list.children[active]);
    }
  });
  // A click into the box selects the old word, and a second click sets the cursor.
  let hadFocus = false;
  box.addEventListener("pointerdown", () => { hadFocus = document.activeElement === box; });
  box.addEventListener("click", () => { if (!hadFocus) box.select(); });
  document.addEventListener("keydown", (event) => {
    const inField = event.target.closest("input, textarea, select");
    if (event.key === "/" && !inField && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      box.focus();
      box.select();
    }
  });
  // A mousedown comes before the blur, which would close the list.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) go(option);
  });
})();

if ("serviceWorker" in navigator && isSecureContext) {
  const form = document.querySelector("form[data-worker]");
  if (form) addEventListener("load", () => navigator.serviceWorker.register(form.dataset.worker).catch(() => {}));
}
