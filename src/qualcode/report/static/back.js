/* From an excerpt back to the tables that count it: opened, its line names them. */
"use strict";
(() => {
  const { load, make, root } = qualcode;

  async function fill(line) {
    if (line.dataset.filled) return;
    line.dataset.filled = "yes";
    const [tables, names] = await Promise.all([load("tables"), load("names")]), list = make("ul");
    const page = decodeURIComponent(location.pathname.split("/").pop()).replace(/\.html$/, "");
    const n = names.documents.findIndex(about => about[0] === page);
    const about = (await load(String(Math.floor(n / names.shard))))[n % names.shard];
    const excerpt = line.closest("li").querySelector("a[href^='#e'], a[id^='e']");
    for (const part of about.back[excerpt.id || excerpt.hash.slice(1)].split(" ")) {
      const [n, lists] = part.split(":"), table = tables[n], made = make("li");
      made.append(make("a", { href: root + table.page }, table.name), ": ");
      lists.split(",").forEach((k, at) => {
        if (at) made.append("; ");
        made.append(table.own.includes(+k)
          ? make("a", { href: `${root}${table.lists}#list-${k}` }, table.headings[k]) : table.headings[k]);
      });
      list.append(made);
    }
    line.append(list);
  }

  addEventListener("toggle", event => event.target.matches?.("details.in[open]") && fill(event.target), true);
})();
