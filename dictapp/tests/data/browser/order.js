// What stands on the wrong side of a user's text on the open page, as lines. `arguments[0]` has the
// texts. In each line, what comes before such a text has to be left of it, and what follows, right.
const found = new Set();
const INLINE = /^(inline|contents)$/;
const block = (node) => {
  let up = node.parentElement;
  while (INLINE.test(getComputedStyle(up).display)) up = up.parentElement;
  return up;
};
const nodes = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode;
  const parent = node.parentElement;
  if (!node.textContent.trim() || parent.closest("script, style, template, noscript, option, textarea, svg")) continue;
  if (parent.checkVisibility({ visibilityProperty: true })) nodes.push(node);
}
const range = document.createRange();
const boxOf = (node, from, to) => {
  range.setStart(node, from);
  range.setEnd(node, to);
  return [...range.getClientRects()].filter((box) => box.width > 0.5);
};
let texts = 0;
for (const node of nodes) {
  for (const text of arguments[0]) {
    const at = node.textContent.indexOf(text);
    if (at < 0) continue;
    const own = boxOf(node, at, at + text.length);
    if (new Set(own.map((box) => Math.round(box.bottom))).size !== 1) continue; // over several lines
    texts += 1;
    const [left, right] = [Math.min(...own.map((box) => box.left)), Math.max(...own.map((box) => box.right))];
    const home = block(node);
    let isBefore = true;
    for (const other of nodes.filter((one) => block(one) === home)) {
      for (let i = 0; i < other.textContent.length; i++) {
        if (other === node && i >= at && i < at + text.length) {
          isBefore = false;
          continue;
        }
        if (!other.textContent[i].trim()) continue;
        for (const box of boxOf(other, i, i + 1)) {
          if (box.bottom <= own[0].top || box.top >= own[0].bottom) continue; // another line
          if (isBefore ? box.right > left + 1 : box.left < right - 1) {
            found.add(`"${other.textContent[i]}" is on the wrong side of "${text}": ${home.textContent.trim().replace(/\s+/g, " ").slice(0, 80)}`);
          }
        }
      }
      if (other === node) isBefore = false;
    }
  }
}
return [texts, [...found].join("\n")];
