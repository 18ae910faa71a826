// The texts and fields of the open page with a contrast below 4.5 to 1, as lines.
const found = new Set();
const name = (one) => `${one.tagName.toLowerCase()}.${one.className.baseVal ?? one.className} ` +
  `"${(one.textContent || one.value || "").trim().slice(0, 30)}"`;
const parts = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);
const linear = (part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
const light = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
function behind(one) {
  for (let up = one; up; up = up.parentElement) {
    const colour = parts(getComputedStyle(up).backgroundColor);
    if (colour.length === 3 || colour[3] > 0.5) return colour;
  }
  return [0, 0, 0];
}
for (const details of document.querySelectorAll("details")) details.open = true;
for (const one of document.querySelectorAll("body *")) {
  const isField = /^(INPUT|SELECT|TEXTAREA)$/.test(one.tagName) && !/hidden|checkbox|radio/.test(one.type);
  const hasText = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  if (!isField && !hasText || one.closest("noscript, option, title, script, style")) continue;
  if (!one.checkVisibility({ visibilityProperty: true })) continue;
  const style = getComputedStyle(one);
  const colour = parts(one.closest("svg") ? style.fill : style.color);
  const [a, b] = [light(colour), light(behind(one))].sort((a, b) => b - a);
  if ((a + 0.05) / (b + 0.05) < 4.5) found.add(`${name(one)} ${colour} on ${behind(one)}`);
}
return [...found].join("\n");
