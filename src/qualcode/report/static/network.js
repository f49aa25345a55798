/* The network to explore: ties computed from the statements beside the page, drawn by vis-network, opened to their words. */
"use strict";
(async () => {
  const { load, make, root } = qualcode;
  const choice = document.getElementById("network-choice"), drawing = document.getElementById("network-drawing");
  const about = document.getElementById("network-about"), people = document.getElementById("network-people");
  const status = document.getElementById("network-told");
  const [names, data] = await Promise.all([load("names"), load("ties")]);
  const label = n => names.cases[data.actors[n][0]][1];
  const days = data.statements.map(s => s[3]).sort();
  document.querySelectorAll("[data-figure]").forEach(e => { e.textContent = data.contrast[e.dataset.figure] ?? "-"; });
  for (const [name, day] of [["from", days[0]], ["to", days.at(-1)]]) choice[name].value = day ?? "";

  /** Return the ties of a period: of each pair the weight, the support, and by theme the places of either's excerpts. */
  function ties(from, to) {
    const said = data.statements.filter(s => (!from || s[3] >= from) && (!to || s[3] <= to));
    const many = new Map(), themes = new Map(), found = new Map();
    for (const s of said) {
      many.set(s[0], (many.get(s[0]) ?? 0) + 1);
      if (!themes.has(s[1])) themes.set(s[1], []);
      themes.get(s[1]).push(s);
    }
    for (const [theme, here] of themes) {
      for (let i = 0; i < here.length; i++) {
        for (let k = i + 1; k < here.length; k++) {
          const [one, other] = here[i][0] < here[k][0] ? [here[i], here[k]] : [here[k], here[i]];
          if (one[0] === other[0]) continue;
          const key = `${one[0]} ${other[0]}`;
          if (!found.has(key)) found.set(key, { a: one[0], b: other[0], sum: 0, through: new Map(), mine: new Set(), theirs: new Set() });
          const tie = found.get(key);
          const part = 1 - Math.abs(one[2] - other[2]);
          if (Math.abs(part) < 1e-12) continue;
          tie.sum += part;
          tie.mine.add(one);
          tie.theirs.add(other);
          if (!tie.through.has(theme)) tie.through.set(theme, new Set());
          tie.through.get(theme).add(one[4]).add(other[4]);
        }
      }
    }
    for (const tie of found.values()) {
      tie.weight = tie.sum / ((many.get(tie.a) + many.get(tie.b)) / 2);
      tie.support = Math.min(tie.mine.size, tie.theirs.size);
    }
    return { many, all: [...found.values()].filter(t => Math.abs(t.weight) > 1e-12) };
  }
  qualcode.ties = ties;

  function chosen() {
    const { many, all } = ties(choice.from.value, choice.to.value);
    const sign = choice.sign.value, least = +choice.least.value || 0, support = +choice.support.value || 1;
    const kept = all.filter(t => Math.abs(t.weight) >= least && t.support >= support
      && (sign === "all" || (t.weight > 0) === (sign === "agreement")));
    return { many, all, kept };
  }

  const tone = name => getComputedStyle(document.body).getPropertyValue(name).trim() || "#333";
  const plain = number => `${number < 0 ? "−" : "+"}${Math.abs(number).toFixed(2)}`;
  const shape = figure => ["dot", "square"][data.contrast.indexOf(figure)] ?? "triangle";
  const fill = figure => ["#0072b2", "#e69f00"][data.contrast.indexOf(figure)] ?? "#f4f4f4";
  let now = chosen();
  const nodes = new vis.DataSet(), edges = new vis.DataSet();

  function renew() {
    now = chosen();
    const there = [...now.many.keys()].sort((a, b) => a - b), most = Math.max(1, ...now.many.values());
    nodes.update(there.map(n => ({
      id: n, label: label(n).replace(/(.{16,}?) /g, "$1\n"), shape: shape(data.actors[n][1]), size: 7 + 15 * Math.sqrt(now.many.get(n) / most),
      color: { background: fill(data.actors[n][1]), border: "#1a1a1a", highlight: { background: fill(data.actors[n][1]), border: "#c00" } },
    })));
    nodes.remove(nodes.getIds().filter(n => !now.many.has(n)));
    const strongest = Math.max(1e-9, ...now.all.map(t => Math.abs(t.weight)));
    edges.clear();
    edges.add(now.kept.map(t => ({
      id: `${t.a} ${t.b}`, from: t.a, to: t.b, dashes: t.weight < 0, width: 0.6 + 6 * Math.abs(t.weight) / strongest,
      color: { color: tone("--color-foreground-muted"), highlight: "#c00", hover: "#c00" },
    })));
    status.textContent = `${there.length} people, ${now.kept.length} of ${now.all.length} ties shown.`;
    people.replaceChildren(...there.map(n => {
      const mine = now.kept.filter(t => t.a === n || t.b === n);
      const button = make("button", { type: "button" }, `${label(n)}: ${mine.length} ${mine.length === 1 ? "tie" : "ties"}`);
      button.addEventListener("click", () => { network?.selectNodes([n]); person(n); });
      return make("li", {}, button);
    }));
  }

  function opened(title, ...parts) {
    about.replaceChildren(make("h2", {}, title), ...parts);
  }

  function person(n) {
    const mine = now.kept.filter(t => t.a === n || t.b === n).sort((x, y) => Math.abs(y.weight) - Math.abs(x.weight));
    const list = make("ul", {}, ...mine.map(t => {
      const other = t.a === n ? t.b : t.a;
      const button = make("button", { type: "button" }, `${plain(t.weight)} ${label(other)}, on ${t.support} ${t.support === 1 ? "statement" : "statements"}`);
      button.addEventListener("click", () => { network?.selectEdges([`${t.a} ${t.b}`]); tie(`${t.a} ${t.b}`); });
      return make("li", {}, button);
    }));
    const page = make("a", { href: `${root}cases/${names.cases[data.actors[n][0]][0]}.html` }, "the page of this person");
    opened(label(n), make("p", {}, `${now.many.get(n)} statements; ${mine.length} ties shown. See `, page, "."), list);
  }

  function tie(id) {
    const found = now.kept.find(t => `${t.a} ${t.b}` === id);
    if (!found) return;
    const byPlace = (x, y) => { const [a, b] = x.split(":").map(Number), [c, d] = y.split(":").map(Number); return a - c || b - d; };
    const parts = [...found.through].sort((x, y) => x[0] - y[0]).map(([theme, places]) => {
      const list = make("details", { class: "list", "data-unit": "excerpt", "data-of": [...places].sort(byPlace).join(" ") },
        make("summary", {}, `${names.codes[theme][1]}: ${places.size} ${places.size === 1 ? "excerpt" : "excerpts"}`));
      list.addEventListener("toggle", () => list.open && qualcode.fill(list));
      return list;
    });
    opened(`${label(found.a)} and ${label(found.b)}: ${plain(found.weight)}`,
      make("p", {}, `${found.weight > 0 ? "More agreement" : "More conflict"}, on ${found.support} ${found.support === 1 ? "statement" : "statements"} of the one who has fewer.`), ...parts);
    if (parts.length === 1) parts[0].open = true;
  }

  let network;
  renew();
  network = new vis.Network(drawing, { nodes, edges }, {
    layout: { randomSeed: 7, improvedLayout: nodes.length <= 80 },
    interaction: { hover: true, keyboard: { enabled: true, bindToWindow: false }, multiselect: false },
    nodes: { font: { color: tone("--color-foreground-primary"), size: 13 }, borderWidth: 1 },
    edges: { smooth: { enabled: true, type: "continuous", roundness: 0.3 }, hoverWidth: 1 },
    physics: { solver: "forceAtlas2Based", forceAtlas2Based: { gravitationalConstant: -60, springLength: 120 }, stabilization: { iterations: 300 } },
  });
  network.once("stabilizationIterationsDone", () => { network.setOptions({ physics: false }); network.fit(); drawing.dataset.ready = "yes"; });
  network.on("select", ({ nodes: [n], edges: [e] }) => n !== undefined ? person(n) : e !== undefined && tie(e));
  network.on("hoverEdge", ({ edge }) => tie(edge));
  choice.addEventListener("input", renew);
  choice.addEventListener("submit", event => event.preventDefault());
})();
