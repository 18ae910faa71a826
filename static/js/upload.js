// Shows the progress of an import live. Without this script the page offers a reload.
"use strict";

(() => {
  const shown = document.getElementById("progress");
  if (!shown) return;
  const bar = shown.querySelector("progress");
  const doing = document.getElementById("doing");
  const events = new EventSource(shown.dataset.events);
  events.addEventListener("upload", (event) => {
    const news = JSON.parse(event.data);
    if (String(news.id) !== shown.dataset.upload) return;
    if (news.state === "done" || news.state === "failed") {
      events.close();
      location.reload();
      return;
    }
    const text = shown.dataset[news.state];
    if (doing.textContent !== text) doing.textContent = text;
    bar.value = typeof news.text === "number" ? news.text : 100;
  });
  // If the import ended before the stream began, a reload shows its result.
  events.addEventListener("open", async () => {
    const page = await fetch(location.href);
    if (!(await page.text()).includes('id="progress"')) location.reload();
  });
  events.addEventListener("resync", () => location.reload());
})();
