/* How the pages' scripts tell an excerpt: its words or why they are withheld, whose they are, its codes; all as text. */
"use strict";
qualcode.telling = (() => {
  const { load, make, root } = qualcode;
  let names;

  /** Load the names; what is below needs them. */
  const ready = async () => { names = await load("names"); return names; };
  const link = (href, words) => make("a", { href: root + href }, words);
  const code = ([n, stance]) => {
    const [id, label] = names.codes[n], made = [link(`codes/${id.replace("/", "--")}.html`, label)];
    if (stance !== null) made.push(` (${stanced(stance)})`);
    return made;
  };
  const codes = given => given.flatMap((c, k) => [...(k ? [", "] : []), ...code(c)]);
  const stanced = stance => names.stances.find(s => s[0] === stance)?.[1] ?? String(stance);
  const person = n => n < 0 ? [] : [link(`cases/${names.cases[n][0]}.html`, names.cases[n][1])];

  /** Whose words they are, each part with its case: what stands before the name, and the number of the case. */
  const mouths = who => {
    const [observed, speaker, holder] = typeof who === "number" ? [0, who, -1] : who;
    const parts = [[observed ? "observed: " : "", speaker], [speaker < 0 ? "of " : ", of ", holder]];
    return parts.filter(([, n]) => n >= 0);
  };
  const attributed = who => mouths(who).flatMap(([before, n]) => [before, ...person(n)]).filter(part => part !== "");
  const withheld = (about, start, end) =>
    about.withheld || (about.held.find(([from, to]) => from < end && start < to) || [])[2] || "";
  const plain = words => words.split(/\s+/).filter(Boolean).join(" ");

  /** Words as they are printed: between quotation marks only where they are somebody's. */
  const quotation = (words, who) => {
    const [observed, , , mark] = [].concat(who);
    if (typeof who === "number" || !observed) return `“${words}”`;
    return mark ? `[${mark}] ${words}` : words;
  };
  const said = (about, [id, start, end, who]) => {
    const why = withheld(about, start, end);
    return why ? [make("code", {}, id), ` ${why}`] : [quotation(plain(about.words.slice(start, end)), who)];
  };

  return { attributed, codes, link, mouths, person, plain, quotation, ready, said, stanced, withheld };
})();
