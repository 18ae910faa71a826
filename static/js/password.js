// Adds a button to password fields that shows the typed text. Without this script they are plain fields.
"use strict";

(() => {
  const texts = document.currentScript.dataset;
  for (const field of document.querySelectorAll("input[type=password]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = texts.show;
    const label = document.querySelector(`label[for="${field.id}"]`);
    if (label) button.setAttribute("aria-label", texts.show + ": " + label.textContent.trim());
    button.setAttribute("aria-pressed", "false");
    button.setAttribute("aria-controls", field.id);
    button.addEventListener("click", () => {
      const isHidden = field.type === "password";
      field.type = isHidden ? "text" : "password";
      button.textContent = isHidden ? texts.hide : texts.show;
      if (label) button.setAttribute("aria-label", button.textContent + ": " + label.textContent.trim());
      button.setAttribute("aria-pressed", String(isHidden));
      field.focus();
    });
    field.form.addEventListener("submit", () => { field.type = "password"; });
    field.after(button);
  }
})();
