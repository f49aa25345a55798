/* Search: words as the command `qualcode search` finds them, in the released words that lie beside the page. */
"use strict";
(async () => {
  const { load, make, root } = qualcode;
  const AROUND = 70, AT_ONCE = 100;
  const asked = new URLSearchParams(location.search).get("q")?.trim() ?? "";
  const box = document.getElementById("search-results"), input = document.querySelector("main input, article input");
  if (input) input.value = asked;
  if (!asked || !box) return;

  const status = make("p", { role: "status" }, "Searching …");
  box.append(status);

  /** Fold signs one by one, so that places stay: small letters, no accents. */
  const known = new Map();
  const plain = sign => {
    if (!known.has(sign)) {
      const bare = sign.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
      known.set(sign, bare.length === sign.length ? bare : sign);
    }
    return known.get(sign);
  };
  const fold = text => text.replace(/[^\x00-\x7f]/g, plain).replace(/[A-Z]+/g, s => s.toLowerCase());
  const words = fold(asked.normalize("NFC")).match(/[\p{L}\p{N}\p{M}*_]+/gu) ?? [];
  if (!words.some(w => /[\p{L}\p{N}]/u.test(w))) {
    status.textContent = "Nothing to look for: type a word.";
    return;
  }
  const LETTER = "[\\p{L}\\p{N}\\p{M}\\u00ad]";
  const one = word => [...word].map(s => s === "*" ? `${LETTER}*` : s === "_" ? `${LETTER}` : `${s}[\\p{M}\\u00ad]*`).join("");
  const written = words.map(one).join("[^\\p{L}\\p{N}]+");
  const pattern = new RegExp(`(?<!${LETTER})${written}(?!${LETTER})`, "gu"), begun = new RegExp(`(?<!${LETTER})${written}`, "u");
  const quick = words.map(w => w.split(/[*_]/).sort((a, b) => b.length - a.length)[0]).filter(w => /^[\x00-\x7f]{2,}$/.test(w));
  const began = performance.now();

  const hits = [];
  function find(text, tell) {
    const folded = fold(text);
    if (!folded.normalize || quick.some(w => !folded.includes(w) && !/[\u0300-\u036f\u00ad]/.test(folded))) return;
    for (const match of folded.matchAll(pattern)) tell(match.index, match.index + match[0].length);
  }
  function line(text, from, to, start, end) {
    let first = Math.max(from, start - AROUND), last = Math.min(to, end + AROUND);
    if (first > from) first = Math.min(start, text.indexOf(" ", first) + 1 || start);
    if (last < to) last = Math.max(end, text.lastIndexOf(" ", last));
    const neat = s => s.replace(/\s+/g, " ");
    return [(first > from ? "… " : "") + neat(text.slice(first, start)), neat(text.slice(start, end)),
      neat(text.slice(end, last)) + (last < to ? " …" : "")];
  }

  const names = await load("names"), found = [];
  const label = (kind, id, words, href) => begun.test(fold(words)) && found.push([kind, id, words, href]);
  names.codes.forEach(([id, words]) => label("code", id, words, `codes/${id.replace("/", "--")}.html`));
  names.cases.forEach(([id, words]) => label("person or organisation", id, words, `cases/${id}.html`));
  names.documents.forEach(([id, kind, , words]) => label(kind, id, words, `documents/${id}.html`));
  const named = [...new Map(found.map(f => [f[3], f])).values()];

  const shards = Array.from({ length: Math.ceil(names.documents.length / names.shard) }, (_, n) => load(String(n)));
  for (const [n, shard] of shards.entries()) {
    (await shard).forEach((about, k) => {
      const [id, kind, when, title] = names.documents[n * names.shard + k];
      let turn = 0;
      find(about.words, (start, end) => {
        while (turn < about.turns.length && about.turns[turn][2] <= start) turn++;
        const here = about.turns[turn];
        if (!here || start < here[1]) return;
        const at = about.turns.length > 1 ? `turn ${turn + 1}` : "";
        hits.push({ kind, when, title, at, who: about.speakers[here[3]][0], id, href: `documents/${id}.html#turn-${turn + 1}`,
          line: line(about.words, here[1], here[2], start, Math.min(end, here[2])) });
      });
    });
  }
  for (const page of await load("pages")) {
    for (const [place, text] of page.words) {
      find(text, (start, end) => hits.push({ kind: page.kind, who: "", title: page.title, when: page.when ?? "",
        href: page.href + (place ? `#${place}` : ""), line: line(text, 0, text.length, start, end) }));
    }
  }

  const number = (n, one, many) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
  const within = new Set(hits.map(h => h.href.split("#")[0])).size;
  const called = named.length ? ` ${number(named.length, "page has", "pages have")} it in the name.` : "";
  status.textContent = hits.length || called
    ? `“${asked}” stands at ${number(hits.length, "place", "places")} in ${number(within, "page", "pages")}.${called}`
    : `“${asked}” is nowhere in the words that may be shown.${asked.includes("*") ? "" : ` A part of a word is found with *: ${asked}*`}`;
  status.dataset.ms = String(Math.round(performance.now() - began));
  if (named.length) {
    box.append(make("h2", {}, "By name"), make("ul", { class: "named" }, ...named.map(([kind, , words, href]) =>
      make("li", {}, make("a", { href: root + href }, words), make("small", {}, ` ${kind}`)))));
  }
  if (!hits.length) { box.dataset.ready = "yes"; return; }
  box.append(make("h2", {}, "In the words"));
  const list = make("ol", { class: "hits" }), more = make("button", { type: "button" });
  box.append(list, more);
  let shown = 0;
  function show() {
    for (const hit of hits.slice(shown, shown + AT_ONCE)) {
      const [before, said, after] = hit.line;
      const about = [hit.who, hit.at, hit.kind, hit.when].filter(Boolean).join(" · ");
      list.append(make("li", {}, make("a", { href: root + hit.href }, hit.title), make("small", {}, ` ${about}`),
        make("p", {}, before, make("mark", {}, said), after)));
    }
    shown = Math.min(hits.length, shown + AT_ONCE);
    more.textContent = `Show more (${(hits.length - shown).toLocaleString("en")} left)`;
    more.hidden = shown >= hits.length;
  }
  more.addEventListener("click", show);
  show();
  box.dataset.ready = "yes";
})().catch(error => {
  const box = document.getElementById("search-results");
  box.append(Object.assign(document.createElement("p"), { textContent: `Search does not work here: ${error.message}.` }));
});
