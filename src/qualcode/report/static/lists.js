/* The lists behind a table's numbers: opened, each is filled with the words, or with what stands on the page. */
"use strict";
(() => {
  const { load, make, places } = qualcode, { attributed, codes, link, person, ready, said } = qualcode.telling;
  const things = document.querySelectorAll("ol.things > li");
  let names;

  const turnOf = (about, start, end) => about.turns.findIndex(t => t[1] < end && start < t[2]) + 1;

  function excerpt(n, about, place, unit) {
    const [at, which] = place.split("."), one = about.excerpts[at], [id, start, end, who, coder, counted, given] = one;
    const shown = which === undefined ? given : [given[which]];
    const turn = turnOf(about, start, end);
    const goal = counted ? `#${id}` : turn ? `#turn-${turn}` : "";
    const told = make("small", {}, counted ? "coded: " : `coded by ${names.coders[coder]}: `);
    told.append(...codes(shown));
    const name = names.documents[n][0];
    const by = attributed(who);
    const to = link(`documents/${name}.html${goal}`, name);
    if (counted) to.dataset.print = `[${id}]`;
    return make("li", {}, ...said(about, one), " — ", ...by, ...(by.length ? [", "] : []), to, make("br"), told);
  }

  function turn(n, about, place) {
    const [, , , speaker, words] = about.turns[place - 1], by = person(about.speakers[speaker][1]);
    const name = names.documents[n][0];
    return make("li", {}, link(`documents/${name}.html#turn-${place}`, name), `, turn ${place}`,
      ...(by.length ? [", ", ...by] : []), `: ${words} words`);
  }

  function given(n, about, place) {
    const [number, coder, which] = place.split(".").map(Number), [, start, end, speaker] = about.turns[number - 1];
    const here = about.excerpts.filter(e => e[4] === coder && e[1] < about.turns[number - 1][2]
      && about.turns[number - 1][0] < e[2] && e[6].some(c => c[0] === which));
    const made = make("li"), name = names.documents[n][0], by = person(about.speakers[speaker][1]);
    here.forEach((e, k) => made.append(...(k ? ["; "] : []), ...said(about, e)));
    made.append(" — ", link(`documents/${name}.html#turn-${number}`, name), `, turn ${number}`,
      ...(by.length ? [", ", ...by] : []), make("br"),
      make("small", {}, `coded by ${names.coders[coder]}: `, ...codes([[which, null]])));
    return made;
  }

  const WRITERS = { turn, given, excerpt, coding: excerpt, statement: excerpt };

  async function fill(list) {
    if (list.dataset.filled) return;
    list.dataset.filled = "yes";
    const unit = list.dataset.unit, rows = places(list.dataset.of), ol = make("ol");
    if (unit === "thing") {
      ol.append(...rows.map(([, n]) => things[n].cloneNode(true)));
    } else {
      names = await ready();
      const shards = new Map();
      for (const n of new Set(rows.map(([d]) => Math.floor(d / names.shard)))) shards.set(n, load(String(n)));
      for (const [d, place] of rows) {
        const about = (await shards.get(Math.floor(d / names.shard)))[d % names.shard];
        ol.append(WRITERS[unit](d, about, place, unit));
      }
    }
    list.append(ol);
    list.dataset.ready = "yes";
  }

  qualcode.fill = fill;
  const all = [...document.querySelectorAll("details.list")];
  const open = list => { list.open = true; return fill(list); };
  all.forEach(list => list.addEventListener("toggle", () => list.open && fill(list)));
  addEventListener("beforeprint", () => all.filter(list => list.open).forEach(fill));

  async function follow() {
    const asked = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!asked?.matches("details.list")) return;
    await open(asked);
    asked.scrollIntoView();
    asked.querySelector("summary").focus({ preventScroll: true });
  }
  addEventListener("hashchange", follow);
  follow();
})();
