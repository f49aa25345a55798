/* The list of all pages at a page's side: once beside the site, and not in each page. */
"use strict";
(() => {
  const { content_root, page } = document.documentElement.dataset, tree = document.querySelector(".sidebar-tree");
  const make = (tag, about, ...children) => {
    const made = Object.assign(document.createElement(tag), about);
    made.append(...children);
    return made;
  };
  for (const [caption, pages] of PAGES) {
    const title = make("p", { className: "caption", role: "heading", ariaLevel: "2" });
    title.append(make("span", { className: "caption-text" }, caption));
    tree.append(title, make("ul", {}, ...pages.map(([name, words]) => {
      const here = name === page, link = make("a", { className: `${here ? "current " : ""}reference internal` }, words);
      link.setAttribute("href", here ? "#" : `${content_root}${name}.html`);
      return make("li", { className: `toctree-l1${here ? " current current-page" : ""}` }, link);
    })));
  }
})();
