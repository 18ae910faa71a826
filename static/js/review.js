// Reviews: space shows the answer, 1 to 4 grade it, Z undoes. The word of a listening card is
// spoken. While the server is unreachable, answers wait in the browser, and the next cards are in
// the page already. The page works without this file.
"use strict";
(() => {
  const main = document.getElementById("main");
  const SECONDS = 1000;
  const ANSWER_MAX = 8 * SECONDS; // a slower server counts as unreachable
  const RETRY_MAX = 30 * SECONDS;
  const VOICES_MAX = 2 * SECONDS; // browsers load their voices after the page
  const GONE = [409, 410]; // the server no longer has the word of the answer
  const REFUSED = "refused";
  let retry = SECONDS;
  let timer = 0;
  let sending = false;
  let rated = 0; // cards that the server counted as left, and that have an answer by now
  const past = []; // the cards of the answers that wait
  const ahead = []; // cards that were shown before an answer was undone

  const find = (id) => document.getElementById(id);
  const place = () => find("reviews");
  const key = () => "reviews:" + place().dataset.user;

  // The waiting answers. They are stored, so that a reload without a network loses none.
  function waiting() {
    try {
      return JSON.parse(localStorage.getItem(key())) || [];
    } catch (error) {
      return [];
    }
  }

  function keep(answers) {
    try {
      if (answers.length) localStorage.setItem(key(), JSON.stringify(answers));
      else localStorage.removeItem(key());
      return true;
    } catch (error) {
      return false; // no storage: the browser sends the form, as without this file
    }
  }

  // Reloads the page for a new form token, but only once until the server takes an answer. Returns
  // whether it reloads.
  function reloadOnce() {
    try {
      if (sessionStorage.getItem(key())) return false;
      sessionStorage.setItem(key(), REFUSED);
    } catch (error) {
      return false; // without storage a second reload would look like the first one
    }
    location.reload();
    return true;
  }

  function taken() {
    retry = SECONDS;
    try {
      sessionStorage.removeItem(key());
    } catch (error) { /* no storage: nothing to remove */ }
  }

  function say(text) {
    const speech = new SpeechSynthesisUtterance(text);
    const look = document.documentElement.dataset;
    speech.lang = look.accent || "en-US";
    speech.rate = { natural: 0.95, slow: 0.7, slowest: 0.5 }[look.speech] || 1;
    speechSynthesis.cancel();
    speechSynthesis.speak(speech);
  }

  // Without a voice, a listening card shows its word.
  function spell(listen) {
    const word = document.createElement("span");
    word.className = "headword";
    word.lang = "en";
    word.textContent = listen.dataset.say;
    listen.replaceWith(word);
  }

  // Prepares the shown card.
  function start() {
    const listen = find("listen");
    if (listen && "speechSynthesis" in window) {
      listen.hidden = false;
      say(listen.dataset.say);
      setTimeout(() => { if (!speechSynthesis.getVoices().length) spell(listen); }, VOICES_MAX);
    } else if (listen) spell(listen);
    const typed = find("typed");
    if (typed) typed.focus();
    show();
  }

  // Shows the number of waiting answers, and that of the cards that are left.
  function show() {
    countDown();
    const note = find("waiting");
    const count = waiting().length;
    note.hidden = count === 0 || sending;
    const text = note.dataset.text.replace("{count}", count);
    if (!note.hidden && note.textContent !== text) note.textContent = text;
  }

  // Counts the cards down that were rated since the server made the page.
  function countDown() {
    const shown = find("count");
    if (!shown) return;
    const card = find("card");
    const templates = [...main.querySelectorAll("template.next-card")];
    const cards = [card && !card.hidden ? card : null, ...ahead,
      ...templates.map((template) => template.content.querySelector("#card"))];
    const here = cards.filter((one) => one && !isWaiting(one)).length;
    const left = Math.max(here, Number(shown.dataset.count) - rated);
    const text = shown.dataset.text.replace("{count}", left);
    if (shown.textContent !== text) shown.textContent = text;
    find("left").hidden = left === 0;
  }

  function isOf(answer, card) {
    return answer.word === card.dataset.word && answer.seen === card.dataset.seen;
  }

  function isWaiting(card) {
    return waiting().some((answer) => isOf(answer, card));
  }

  // The sitting after the answer of a card: one answer more. The server adds the time.
  function after(card) {
    const [answers, ...rest] = card.querySelector("[name=sitting]").value.split("-");
    return [Number(answers) + 1, ...rest].join("-");
  }

  // Says whether the typed word is right, and offers the grade for it.
  function judge() {
    const [typed, verdict] = [find("typed"), find("verdict")];
    if (!typed || !verdict || !typed.value.trim()) return;
    const same = (text) => text.trim().toLowerCase();
    const isRight = same(typed.value) === same(typed.dataset.answer);
    typed.setAttribute("aria-invalid", String(!isRight));
    verdict.className = isRight ? "done" : "problem";
    verdict.textContent = isRight ? verdict.dataset.right
      : verdict.dataset.wrong.replace("{typed}", () => typed.value.trim());
    document.querySelector(`#grades [value="${isRight ? 3 : 1}"]`).focus();
  }

  // Shows the next card of this page, without the server.
  function next() {
    const card = find("card");
    if (card) past.push(card);
    const sitting = card ? after(card) : "";
    find("undo-form").hidden = false;
    let following = ahead.shift() || null;
    for (const template of following ? [] : main.querySelectorAll("template.next-card")) {
      following = template.content.querySelector("#card");
      template.remove();
      if (!isWaiting(following)) break;
      following = null;
    }
    if (following && sitting) following.querySelector("[name=sitting]").value = sitting;
    if (following) card.replaceWith(following);
    else if (card) card.hidden = true;
    start();
  }

  // Shows the page that the server sent in place of this one.
  function turn(html) {
    const page = new DOMParser().parseFromString(html, "text/html").getElementById("main");
    if (!page || !page.querySelector("#reviews")) return location.reload();
    main.replaceChildren(...page.childNodes);
    rated = 0;
    past.length = 0;
    ahead.length = 0;
    main.focus({ preventScroll: true });
    scrollTo(0, 0);
    start();
  }

  // Sends one answer. Returns the next page, or null if the word was removed. Throws if the answer has
  // to wait.
  async function send(answer, token) {
    const body = new URLSearchParams({ form_token: token, ...answer });
    const signal = AbortSignal.timeout(ANSWER_MAX);
    const response = await fetch(place().dataset.action, { method: "POST", body, signal });
    if (GONE.includes(response.status)) return null;
    if (response.status === 403) throw new Error(REFUSED);
    if (response.redirected && response.url.includes(place().dataset.login)) {
      location.assign(response.url);
      throw new Error("logged out");
    }
    if (!response.ok) throw new Error("the server is away or busy");
    history.replaceState(null, "", response.url); // so that a reload stays in the sitting
    return response.text();
  }

  // Sends the waiting answers, the oldest first. The server counts an answer once, even if it is
  // sent again.
  async function flush() {
    if (sending || !place()) return;
    clearTimeout(timer);
    sending = true;
    let page = "";
    try {
      for (let answers = waiting(); answers.length; answers = waiting()) {
        page = await send(answers[0], find("form_token").value);
        keep(answers.slice(1));
        if (page === null) return location.reload();
        taken();
      }
    } catch (error) {
      if (error.message === REFUSED && reloadOnce()) return;
      timer = setTimeout(flush, retry);
      retry = Math.min(2 * retry, RETRY_MAX);
    } finally {
      sending = false;
    }
    if (waiting().length === 0 && page) turn(page);
    else if (waiting().length > 0 && find("card") && isWaiting(find("card"))) next();
    else show();
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const back = past.at(-1);
    if (form.id === "undo-form" && back && isWaiting(back)) {
      event.preventDefault();
      past.pop();
      keep(waiting().filter((answer) => !isOf(answer, back)));
      rated -= 1;
      const shown = find("card");
      if (shown !== back) ahead.unshift(shown);
      shown.replaceWith(back);
      back.hidden = false;
      find("answer").open = false;
      return show();
    }
    if (form.id !== "grades") return;
    if (sending) return event.preventDefault();
    const { word, seen, sitting } = form.elements;
    const grade = event.submitter.value;
    const answer = { word: word.value, seen: seen.value, sitting: sitting.value, grade };
    if (!keep([...waiting(), answer])) return;
    rated += 1;
    event.preventDefault();
    flush();
  });

  document.addEventListener("click", (event) => {
    const listen = event.target.closest("#listen");
    if (listen) say(listen.dataset.say);
  });

  document.addEventListener("toggle", (event) => {
    if (event.target.id === "answer" && event.target.open) judge();
  }, true);

  document.addEventListener("keydown", (event) => {
    if (event.repeat) {
      if (event.key === "Enter") event.preventDefault(); // a key held down chooses no grade
      return;
    }
    const typed = find("typed");
    const answer = find("answer");
    if (event.target === typed && event.key === "Enter") {
      event.preventDefault();
      answer.open = true;
      typed.blur();
    }
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    if (event.key === "z" || event.key === "Z") return find("undo").click();
    if (!answer) return;
    if (event.key === " " && event.target.tagName !== "BUTTON") {
      event.preventDefault();
      answer.open = !answer.open;
    }
    if (answer.open && /^[1-4]$/.test(event.key)) {
      document.querySelector(`#grades [value="${event.key}"]`).click();
    }
  });

  addEventListener("online", flush);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
  rated = waiting().length;
  start();
  flush();
})();
