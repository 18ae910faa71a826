// Unfolds everything on the page, and returns what is wrong with its width, as lines: the page is
// wider than the window, or a box that is scrolled sideways cannot be reached or has no name.
const found = [];
const root = document.documentElement;
const name = (one) => `${one.tagName.toLowerCase()}${one.id ? "#" + one.id : ""}.${one.className}`;
for (const one of document.querySelectorAll("details:not(.account-menu)")) one.open = true;
if (root.scrollWidth > root.clientWidth) {
  const isWide = (one) => one.getBoundingClientRect().right > root.clientWidth + 1;
  const wide = [...document.querySelectorAll("main *")].filter(isWide).map(name);
  found.push(`${root.scrollWidth - root.clientWidth} pixels too wide: ${[...new Set(wide)].join(", ")}`);
}
for (const one of document.querySelectorAll("main, main *")) {
  if (one.tagName === "TEXTAREA" || one.scrollWidth <= one.clientWidth + 1) continue;
  if (!/auto|scroll/.test(getComputedStyle(one).overflowX)) continue;
  const isReached = one.tabIndex >= 0 || one.querySelector("a[href], button, input:not([type=hidden])");
  const isNamed = one.hasAttribute("aria-label") || one.hasAttribute("aria-labelledby") || one.tagName === "FORM" ||
    one.tagName === "PRE";
  if (!isReached) found.push(`scrolled, and no key reaches it: ${name(one)}`);
  if (!isNamed) found.push(`scrolled, and has no name: ${name(one)}`);
}
return found.join("\n");
