/* What stands at the side of every page and above it on a phone: once beside the site, and not in each page. */
"use strict";
(() => {
  const { content_root, page } = document.documentElement.dataset;
  const parse = markup => new DOMParser().parseFromString(markup, "text/html").body;
  const make = (tag, about, ...children) => {
    const made = document.createElement(tag);
    for (const [key, value] of Object.entries(about)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };
  document.head.append(make("link", { rel: "search", title: "Search", href: `${content_root}search.html` }));
  const boxes = parse(`<input type="checkbox" class="sidebar-toggle" name="__navigation" id="__navigation" aria-label="Toggle site navigation sidebar">
<input type="checkbox" class="sidebar-toggle" name="__toc" id="__toc" aria-label="Toggle table of contents sidebar">
<label class="overlay sidebar-overlay" for="__navigation"></label>
<label class="overlay toc-overlay" for="__toc"></label>`);
  const chrome = parse(`<header class="mobile-header">
<div class="header-left"><label class="nav-overlay-icon" for="__navigation"><span class="icon"><svg class="icon-menu"></svg></span></label></div>
<div class="header-center"><a><div class="brand"></div></a></div>
<div class="header-right"></div>
</header>
<aside class="sidebar-drawer" aria-label="All pages"><div class="sidebar-container"><div class="sidebar-sticky">
<a class="sidebar-brand"><span class="sidebar-brand-text"></span></a>
<form class="sidebar-search-container" method="get" role="search"><input class="sidebar-search" placeholder="Search" name="q" aria-label="Search"></form>
<div class="sidebar-scroll"><div class="sidebar-tree"></div></div>
</div></div></aside>`);
  chrome.querySelectorAll("a").forEach(brand => brand.setAttribute("href", `${content_root}index.html`));
  chrome.querySelectorAll(".brand, .sidebar-brand-text").forEach(brand => { brand.textContent = STUDY; });
  chrome.querySelector("form").setAttribute("action", `${content_root}search.html`);
  for (const [caption, pages] of PAGES) {
    const title = make("p", { class: "caption", role: "heading", "aria-level": "2" });
    title.append(make("span", { class: "caption-text" }, caption));
    chrome.querySelector(".sidebar-tree").append(title, make("ul", {}, ...pages.map(([name, words]) => {
      const here = name === page, href = here ? "#" : `${content_root}${name}.html`;
      const link = make("a", { class: `${here ? "current " : ""}reference internal`, href }, words);
      return make("li", { class: `toctree-l1${here ? " current current-page" : ""}` }, link);
    })));
  }
  const script = document.currentScript, whole = script.parentElement;
  whole.before(...boxes.children);
  script.before(...chrome.children);
})();
