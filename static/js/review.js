// Keys of a review: space shows the answer, 1 to 4 grade it, Z undoes. Cards by ear speak. The page
// works without this file.
"use strict";
(() => {
  const card = document.getElementById("card");
  const answer = document.getElementById("answer");
  const typed = document.getElementById("typed");
  const say = (text) => {
    const speech = new SpeechSynthesisUtterance(text);
    speech.lang = document.documentElement.dataset.accent || "en-US";
    speechSynthesis.cancel();
    speechSynthesis.speak(speech);
  };
  const listen = document.getElementById("listen");
  if (listen && "speechSynthesis" in window) {
    listen.hidden = false;
    listen.addEventListener("click", () => say(listen.dataset.say));
    say(listen.dataset.say);
  }
  if (typed) {
    typed.focus();
    typed.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      const same = (text) => text.trim().toLowerCase();
      typed.setAttribute("aria-invalid", String(same(typed.value) !== same(typed.dataset.answer)));
      answer.open = true;
      typed.blur();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    if (event.key === "z" || event.key === "Z") return document.getElementById("undo").click();
    if (!card) return;
    if (event.key === " " && event.target.tagName !== "BUTTON") {
      event.preventDefault();
      answer.open = !answer.open;
    }
    if (answer.open && /^[1-4]$/.test(event.key)) {
      document.querySelector(`#grades [value="${event.key}"]`).click();
    }
  });
  // An answer that is sent twice would count once; the second click only slows the first down.
  const grades = document.getElementById("grades");
  let sent = false;
  if (grades) grades.addEventListener("submit", (event) => { if (sent) event.preventDefault(); sent = true; });
})();
