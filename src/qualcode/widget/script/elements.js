// Elements of a page, made in one call; text is always text, never mark-up.

export function make(tag, about = {}, ...inside) {
  const one = document.createElement(tag);
  for (const [name, value] of Object.entries(about)) {
    if (name.startsWith("on")) one.addEventListener(name.slice(2), value);
    else if (value === true) one.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) one.setAttribute(name, value);
  }
  one.append(...inside.filter(x => x !== null && x !== undefined));
  return one;
}
const still = { onmousedown: e => e.preventDefault() };  // a button pressed leaves the selection where it is
export const button = (words, act, about = {}) => make("button", { type: "button", ...still, onclick: act, ...about }, words);
