/* The small things around a page that work by scripts alone: the way back up, light and dark, the list of headings. */
"use strict";
(() => {
  const parse = markup => new DOMParser().parseFromString(markup, "text/html").body.children;
  const toggle = kind => `<div class="theme-toggle-container theme-toggle-${kind}"><button class="theme-toggle" aria-label="Toggle Light / Dark / Auto color theme"><svg class="theme-icon-when-auto-light"></svg><svg class="theme-icon-when-auto-dark"></svg><svg class="theme-icon-when-dark"></svg><svg class="theme-icon-when-light"></svg></button></div>`;
  const drawer = document.querySelector(".toc-drawer"), none = drawer ? "" : " no-toc";
  const headings = kind => `<label class="toc-overlay-icon toc-${kind}-icon${none}" for="__toc"><span class="icon"><svg class="icon-toc"></svg></span></label>`;
  const article = document.querySelector("article");
  article.before(...parse(`<a href="#" class="back-to-top muted-link"><svg class="icon-top"></svg><span>Back to top</span></a>
<div class="content-icon-container">${toggle("content")}${headings("content")}</div>`));
  document.querySelector(".header-right").append(...parse(toggle("header") + headings("header")));
  document.querySelector(".content").append(...parse(`<footer><div class="related-pages"></div></footer>`));
  if (!drawer) document.querySelector(".main").append(...parse(`<aside class="toc-drawer no-toc" aria-label="On this page"></aside>`));
})();
