// The faults of the page that is open, as lines: what is too wide, cut, covered, too small to be
// touched, or in the other language.
const found = [];
const width = document.documentElement.clientWidth;
const zh = document.documentElement.lang.startsWith("zh");
const name = (one) => `${one.tagName.toLowerCase()}${one.id ? "#" + one.id : ""}` +
  `${one.className && one.className.baseVal === undefined ? "." + one.className : ""} ` +
  `"${(one.textContent || one.value || "").trim().replace(/\s+/g, " ").slice(0, 40)}"`;
// What users and books are called, and what they wrote: the same on the pages of both languages.
const DATA = ["苹果", "象鼻虫", "英汉学习词典 English-Chinese", "英英词典 WordNet", "放弃", "冰淇淋 <甜>", "吃",
  "The plural is missing.", "CMU Pronouncing Dictionary", "Carnegie Mellon University", "Princeton University"];
const ours = (text) => DATA.reduce((text, data) => text.replaceAll(data, ""), text);
const unseen = (one) => one.closest(".unseen, .skip, template, [hidden], svg, option, noscript, script, style") ||
  !one.checkVisibility({ visibilityProperty: true });
const clips = (style) => /hidden|clip/.test(style.overflowX);
const scrolls = (one) => {
  for (let up = one.parentElement; up; up = up.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(up).overflowX)) return true;
  }
  return false;
};
const isTiny = (box) => box.width <= 1 && box.height <= 1; // read aloud only

const wider = document.documentElement.scrollWidth - width;
if (wider > 0) found.push(`the page is ${wider} pixels too wide`);

// Texts: their boxes, whether they are cut, and their language.
const texts = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode;
  const parent = node.parentElement;
  const text = node.textContent.trim();
  if (!text || unseen(parent)) continue;
  const range = document.createRange();
  range.selectNodeContents(node);
  const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size;
  if (lines > 2 && lines >= text.replace(/\s/g, "").length) {
    if (!parent.closest("thead") || !isTiny(parent.closest("thead").getBoundingClientRect())) {
      found.push(`torn into letters: ${name(parent)}`);
    }
  }
  for (const date of node.textContent.matchAll(/\d{4}-\d\d-\d\d|\/\S+\/(?=$)/g)) {
    if (parent.closest("code, pre")) continue;
    range.setStart(node, date.index);
    range.setEnd(node, date.index + date[0].length);
    if (range.getClientRects().length > 1) found.push(`${date[0]} is broken: ${name(parent)}`);
  }
  // A word is as wide as the screen only beyond 28 letters.
  for (const word of node.textContent.matchAll(/[A-Za-z]{2,28}/g)) {
    if (parent.closest("code, pre, .code") || /[A-Za-z]{29}/.test(node.textContent)) continue;
    range.setStart(node, word.index);
    range.setEnd(node, word.index + word[0].length);
    const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
    if (tops.size > 1) found.push(`the word ${word[0]} is torn: ${name(parent)}`);
  }
  range.selectNodeContents(node);
  for (const box of range.getClientRects()) {
    if (box.width < 1 || box.height < 1) continue;
    const brief = parent.closest(".brief"); // may end in three dots after some lines
    if (brief && box.top + box.height / 2 > brief.getBoundingClientRect().bottom) continue;
    const cell = parent.closest("p, th, td, li, h1, h2, h3, label, button, a, summary") || parent;
    if (isTiny(cell.getBoundingClientRect()) || isTiny(parent.getBoundingClientRect())) continue;
    if (parent.closest("thead") && isTiny(parent.closest("thead").getBoundingClientRect())) continue;
    if (!scrolls(parent) && (box.left < -1 || box.right > width + 1)) {
      found.push(`outside of the window: ${name(parent)}`);
    }
    texts.push({ box, parent });
  }
  const own = parent.closest("[lang]").lang;
  if (zh && own.startsWith("zh") && /[A-Za-z]{2,}( [A-Za-z]{2,}){2,}/.test(ours(text))) {
    found.push(`English on a Chinese page: ${name(parent)}`);
  }
  if (!zh && own === "en" && /[\u4e00-\u9fff]/.test(ours(text))) {
    found.push(`Chinese on an English page: ${name(parent)}`);
  }
}
for (const one of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
  const own = (one.closest("[lang]") || document.documentElement).lang;
  for (const attribute of ["aria-label", "title", "placeholder", "alt"]) {
    const text = ours(one.getAttribute(attribute) || "");
    if (zh && own.startsWith("zh") && /[A-Za-z]{2,}( [A-Za-z]{2,}){2,}/.test(text)) {
      found.push(`English in ${attribute}: ${text}`);
    }
    if (!zh && own === "en" && /[\u4e00-\u9fff]/.test(text)) found.push(`Chinese in ${attribute}: ${text}`);
  }
}

// Cut: an element that hides what is wider than itself. A name in the bar may end in three dots.
for (const one of document.querySelectorAll("body *")) {
  if (unseen(one) || one.matches(".who, .brief, input") || isTiny(one.getBoundingClientRect())) continue;
  const style = getComputedStyle(one);
  if (clips(style) && one.scrollWidth > one.clientWidth + 1) found.push(`cut: ${name(one)}`);
  if (one.matches("button, a") && one.scrollWidth > one.clientWidth + 2 && one.clientWidth > 0 &&
      style.display !== "inline") found.push(`too narrow for its text: ${name(one)}`);
}
for (const box of document.querySelectorAll("input[placeholder]")) {
  if (unseen(box)) continue;
  const pen = document.createElement("canvas").getContext("2d");
  const style = getComputedStyle(box);
  pen.font = style.font;
  const clear = box.type === "search" ? 1.25 * parseFloat(style.fontSize) : 0; // the browser's button in it
  const room = box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - clear;
  if (pen.measureText(box.placeholder).width > room + 1) found.push(`the placeholder is cut: ${box.placeholder}`);
}

// Covered: two texts at the same place.
const fixed = (one) => one.closest(".bar, .actions, .popup, .suggestions");
texts.sort((a, b) => a.box.top - b.box.top);
for (let i = 0; i < texts.length; i++) {
  for (let j = i + 1; j < texts.length && texts[j].box.top < texts[i].box.bottom; j++) {
    const [a, b] = [texts[i].box, texts[j].box];
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    // Behind three dots the rest of a text is at the same place.
    if (texts[i].parent === texts[j].parent && texts[i].parent.matches(".brief")) continue;
    if (across < 3 || down < 6 || fixed(texts[i].parent) !== fixed(texts[j].parent)) continue;
    found.push(`covered: ${name(texts[i].parent)} and ${name(texts[j].parent)}`);
  }
}

// Targets: 44 pixels for main actions, 24 for the others; a link in a sentence is as high as its line.
for (const one of document.querySelectorAll("a[href], button, summary, select, input:not([type=hidden])")) {
  if (unseen(one)) continue;
  const label = /checkbox|radio/.test(one.type) && one.labels[0];
  const target = label || one;
  const box = target.getBoundingClientRect();
  if (box.width < 1 || isTiny(box)) continue;
  const around = one.parentElement.textContent.replace(one.textContent, "").trim();
  const inSentence = one.tagName === "A" && getComputedStyle(one).display === "inline" &&
    (around.length > 0 || one.closest("p, li, dd, td"));
  const row = one.closest(".words li, .examples li");
  const least = one.matches(".primary, .icon, .grade, .search button, .danger") ? 44 : 24;
  if (!inSentence && !row && (box.height < least - .5 || box.width < 24 - .5)) {
    found.push(`a target of ${Math.round(box.width)}x${Math.round(box.height)}: ${name(one)}`);
  }
}
return [...new Set(found)].join("\n");
