/* Excerpts of the register, set into the page where it names them: under a code, under a case, below a turn. */
"use strict";
(() => {
  const { load, make, places, root } = qualcode;
  const { attributed, codes, link, mouths, person, plain, quotation, ready, said, stanced, withheld } = qualcode.telling;
  const AROUND = 90;
  let names;

  const place = (n, id) => {
    const made = link(`documents/${names.documents[n][0]}.html#${id}`, names.documents[n][0]);
    made.dataset.print = `[${id}]`;
    return made;
  };

  /** What stands before and after in the same paragraph, in whole words; dots where more of it stands. */
  function around({ words, held }, start, end) {
    const low = Math.max(0, start - AROUND, ...held.map(h => h[1]).filter(to => to <= start));
    const high = Math.min(words.length, end + AROUND, ...held.map(h => h[0]).filter(from => from >= end));
    const above = words.slice(low, start).split("\n\n"), below = words.slice(end, high).split("\n\n");
    let before = above.pop(), after = below.shift();
    if (low && !above.length) before = `… ${before.slice(before.indexOf(" ") + 1)}`;
    if (high < words.length && !below.length) after = `${after.slice(0, after.lastIndexOf(" ") + 1)}…`;
    return [before, after];
  }

  /** An excerpt under its code: in context, with who says it, where, and the stance. */
  function underCode(list, rows) {
    const which = +list.dataset.code;
    return rows.map(([n, about, at]) => {
      const [id, start, end, who, , , given] = about.excerpts[at], made = make("p", { class: "excerpt" });
      const why = withheld(about, start, end), by = attributed(who), stance = given.find(c => c[0] === which)?.[1] ?? null;
      if (why) {
        made.append(why);
      } else {
        const [before, after] = around(about, start, end), [left, right] = [plain(before), plain(after)];
        if (left) made.append(make("small", {}, left), /\s$/.test(before) ? " " : "");
        made.append(make("strong", {}, plain(about.words.slice(start, end))));
        if (right) made.append(/^\s/.test(after) ? " " : "", make("small", {}, right));
      }
      made.append(" — ", ...by, ...(by.length ? [", "] : []), place(n, id));
      if (stance !== null) made.append(`, ${stanced(stance)}`);
      return made;
    });
  }

  /** Excerpts under a case, by document: their first words, whose view it is where it is another's, their codes. */
  function underCase(list, rows) {
    const own = +list.dataset.case, made = [];
    let last = -1;
    for (const [n, about, at] of rows) {
      if (n !== last) {
        const [name, , day, title] = names.documents[last = n];
        made.push(make("p", { class: "of" }, link(`documents/${name}.html`, title), `, ${day}`), make("ul", { class: "said" }));
      }
      const [id, start, end, who, , , given] = about.excerpts[at], why = withheld(about, start, end);
      const to = place(n, id), one = make("li", {}, to);
      if (why) {
        to.textContent = id;
        one.append(` ${why}`);
      } else {
        const words = plain(about.words.slice(start, end)).split(" ");
        to.textContent = quotation(words.slice(0, 12).join(" ") + (words.length > 12 ? " …" : ""), who);
      }
      const others = mouths(who).filter(([, c]) => c !== own).flatMap(([before, c]) => [before, ...person(c)]);
      if (others.length) one.append(" (", ...others, ")");
      one.append(": ", ...codes(given));
      made.at(-1).append(one);
    }
    return made;
  }

  /** The codings below a turn: first words, codes, who is named by the excerpt itself, its memo, the tables it is in,
      and where the chapters lead to it. */
  function belowTurn(list, rows) {
    return rows.map(([, about, at]) => {
      const one = about.excerpts[at], [id, start, end, , , , given, more] = one, [speaker, holder, memo] = more ?? [-1, -1, ""];
      const words = plain(about.words.slice(start, end)).split(" "), why = withheld(about, start, end);
      const to = make("a", { href: `#${id}` }, why ? id : words.slice(0, 6).join(" ") + (words.length > 6 ? " …" : ""));
      to.dataset.print = `[${id}]`;
      const made = make("li", {}, to, ": ", ...codes(given));
      if (speaker >= 0) made.append("; spoken by ", ...person(speaker));
      if (holder >= 0) made.append("; held by ", ...person(holder));
      if (memo) made.append(`; ${memo}`);
      const back = about.back[id]?.split(" ").length;
      if (back) {
        const told = make("details", { class: "in" }, make("summary", {}, `in ${back} table${back === 1 ? "" : "s"}`));
        made.append("; ", told);
      }
      (about.cited[id] ?? []).forEach(([href, title], k) => made.append(k ? ", " : "; shown in ", link(href, title)));
      return made;
    });
  }

  const WRITERS = { code: underCode, case: underCase, turn: belowTurn };

  async function fill() {
    names = await ready();
    const lists = [...document.querySelectorAll("[data-quoted], .turns > [data-of], .paragraphs > [data-of]")], shards = new Map();
    const wanted = lists.map(list => places(list.dataset.of));
    for (const n of new Set(wanted.flat().map(([d]) => Math.floor(d / names.shard)))) shards.set(n, load(String(n)));
    for (const [k, list] of lists.entries()) {
      const rows = [];
      for (const [d, at] of wanted[k]) rows.push([d, (await shards.get(Math.floor(d / names.shard)))[d % names.shard], at]);
      list.append(...WRITERS[list.dataset.quoted ?? "turn"](list, rows));
    }
    document.documentElement.dataset.quoted = "yes";
    const goal = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (goal) goal.scrollIntoView();
  }
  fill();
})();
