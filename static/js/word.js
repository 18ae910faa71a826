// The page of a word: speech, sharing, and a small window with the meaning of any English word.
// Nothing here is needed to read the page.
"use strict";

(() => {
  const page = document.querySelector(".entry-page");
  if (!page) return;
  const speech = window.speechSynthesis;
  const RATES = { natural: 0.95, slow: 0.7, slowest: 0.5 };

  // Speech: each pronunciation becomes a button that speaks in its accent.
  function voiceFor(lang) {
    const voices = speech.getVoices();
    return voices.find((voice) => voice.lang.replace("_", "-") === lang)
      || voices.find((voice) => voice.lang.startsWith(lang.slice(0, 2)));
  }

  function speak(text, lang) {
    const said = new SpeechSynthesisUtterance(text);
    said.lang = lang === "en" ? document.documentElement.dataset.accent || "en-US" : lang;
    said.voice = voiceFor(said.lang) || null;
    said.rate = RATES[document.documentElement.dataset.speech] || 1;
    speech.cancel();
    speech.speak(said);
  }

  function makeButtons() {
    if (!voiceFor("en")) return;
    for (const spoken of page.querySelectorAll("span.say")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "say";
      button.append(...spoken.childNodes);
      const region = button.querySelector("i");
      button.setAttribute("aria-label", page.dataset.listen
        .replace("{word}", spoken.dataset.say)
        .replace("{region}", region ? region.textContent : page.dataset.english));
      button.addEventListener("click", () => speak(spoken.dataset.say, spoken.dataset.voice));
      spoken.replaceWith(button);
    }
  }
  if (speech) {
    makeButtons();
    speech.addEventListener("voiceschanged", makeButtons);
  }

  // Sharing: opens the dialog of the browser, or copies the link to the clipboard.
  const share = document.getElementById("share");
  if (share && (navigator.share || navigator.clipboard)) {
    share.hidden = false;
    share.addEventListener("click", async () => {
      const link = { title: document.title, url: location.href.split("#")[0] };
      try {
        if (navigator.share) {
          await navigator.share(link);
        } else {
          await navigator.clipboard.writeText(link.url);
          share.title = share.dataset.done;
          share.setAttribute("aria-label", share.dataset.done);
          share.classList.add("done");
        }
      } catch (error) {
        // The dialog was closed.
      }
    });
  }

  // The popup.
  const popup = document.createElement("div");
  popup.className = "popup";
  popup.hidden = true;
  popup.setAttribute("role", "dialog");
  popup.setAttribute("aria-label", page.dataset.popup);
  popup.tabIndex = -1;
  document.body.append(popup);
  let before = null; // what had the focus

  function hide() {
    if (popup.hidden) return;
    if (before && popup.contains(document.activeElement)) before.focus(); // before it is gone
    popup.hidden = true;
  }

  function element(name, className, text) {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
  }

  async function explain(word, place) {
    const answer = await fetch(page.dataset.gloss + "?q=" + encodeURIComponent(word));
    const found = answer.ok ? await answer.json() : null;
    if (!found) return;
    const close = element("button", "icon", "×");
    close.type = "button";
    close.setAttribute("aria-label", page.dataset.close);
    close.addEventListener("click", hide);
    const head = element("b", "headword", found.word);
    head.lang = "en";
    const gloss = element("p", "brief", found.gloss);
    gloss.lang = found.lang;
    const link = element("a", "", page.dataset.open);
    link.href = found.href;
    popup.replaceChildren(close, head);
    if (found.phonetic) popup.append(" ", element("span", "phonetic", "/" + found.phonetic + "/"));
    popup.append(gloss, link);
    popup.hidden = false;
    const width = popup.offsetWidth;
    const left = Math.min(Math.max(8, place.left), document.documentElement.clientWidth - width - 8);
    popup.style.left = left + window.scrollX + "px";
    popup.style.top = place.bottom + window.scrollY + 6 + "px";
    before = document.activeElement;
    popup.focus({ preventScroll: true });
  }

  function selected() {
    const selection = getSelection();
    const text = selection.toString().trim();
    if (!/^[A-Za-z][A-Za-z' -]{0,60}$/.test(text) || selection.rangeCount === 0) return;
    const node = selection.anchorNode;
    const inside = node && (node.nodeType === 1 ? node : node.parentElement);
    if (!inside || !page.contains(inside)) return;
    explain(text, selection.getRangeAt(0).getBoundingClientRect()).catch(() => {});
  }

  page.addEventListener("dblclick", selected);
  // A long press selects a word on a touch screen.
  let touched = false;
  page.addEventListener("touchend", () => { touched = true; });
  let waiting = 0;
  document.addEventListener("selectionchange", () => {
    if (!touched) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => { touched = false; selected(); }, 400);
  });
  document.addEventListener("keydown", (event) => {
    const inField = event.target.closest("input, textarea, select");
    if (event.key === "Escape") hide();
    else if (event.key === "d" && !inField && !event.ctrlKey && !event.metaKey && !event.altKey) selected();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!popup.contains(event.target)) hide();
  });
})();
