// A button that copies, beside each text that is meant for it. Without this file the text is selected by
// hand.
"use strict";

(() => {
  const { copy, done } = document.currentScript.dataset;

  // Without TLS a browser has no clipboard for scripts, but copies what is selected.
  async function copied(text) {
    const range = document.createRange();
    range.selectNodeContents(text);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    if (!navigator.clipboard) return document.execCommand("copy");
    await navigator.clipboard.writeText(text.textContent);
    return true;
  }

  for (const text of document.querySelectorAll(".to-copy")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet copy";
    button.textContent = copy;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      if (await copied(text).catch(() => false)) button.textContent = done;
    });
    // In a box the button is in the corner, and the text runs around it.
    if (text.parentElement.matches("pre")) text.before(button);
    else text.after(button);
  }
})();
