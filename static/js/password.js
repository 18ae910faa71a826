// Adds a button to each form with passwords that shows what is typed. Without this script the fields
// are plain.
"use strict";

(() => {
  const texts = document.currentScript.dataset;
  for (const form of document.forms) {
    const fields = [...form.querySelectorAll("input[type=password]")];
    if (!fields.length) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.setAttribute("aria-controls", fields.map((field) => field.id).join(" "));
    const show = (isShown) => {
      for (const field of fields) field.type = isShown ? "text" : "password";
      button.textContent = isShown ? texts.hide : texts.show;
      button.setAttribute("aria-pressed", String(isShown));
    };
    show(false);
    button.addEventListener("click", () => show(fields[0].type === "password"));
    form.addEventListener("submit", () => show(false));
    fields.at(-1).closest(".field").append(button);
  }
})();
