/* What the pages' scripts look up: names, tables, and the released words, loaded by script tags when asked for. */
"use strict";
const qualcode = (() => {
  const root = document.documentElement.dataset.content_root, waiting = new Map(), asked = new Map();

  /** Seven bits a sign, as bytes. */
  function bytes(signs, length) {
    const made = new Uint8Array(length);
    let bits = 0, many = 0, at = 0;
    for (let n = 0; at < length; n++) {
      bits = ((bits << 7) | (signs.charCodeAt(n) & 127)) & 0x3fff;
      many += 7;
      if (many >= 8) { many -= 8; made[at++] = bits >> many; }
    }
    return made;
  }

  async function unpacked(told) {
    if (told.signs === undefined) return told;
    const whole = new Blob([bytes(told.signs, told.length)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return JSON.parse(await new Response(whole).text());
  }

  /** Return a promise of one of the register's files. */
  function load(name) {
    if (!asked.has(name)) {
      asked.set(name, new Promise((done, failed) => {
        waiting.set(name, done);
        const script = document.createElement("script");
        script.src = `${root}_words/${name}.js`;
        script.onerror = () => failed(new Error(`${name} is not beside this page`));
        document.head.append(script);
      }).then(unpacked));
    }
    return asked.get(name);
  }

  /** Make an element; children are elements or words. */
  function make(tag, about = {}, ...children) {
    const made = document.createElement(tag);
    for (const [key, value] of Object.entries(about)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  /** Return what a list holds: `12:0-4,7 13:2.1` as pairs of a document's number and a place's. */
  function places(written) {
    const found = [];
    for (const group of written.split(" ").filter(Boolean)) {
      const [document_, runs] = group.includes(":") ? group.split(":") : ["0", group];
      for (const run of runs.split(",")) {
        const [first, last] = run.split("-");
        if (last === undefined) found.push([+document_, first]);
        else for (let n = +first; n <= +last; n++) found.push([+document_, String(n)]);
      }
    }
    return found;
  }

  return { load, make, places, root, take: (name, told, length) => waiting.get(name)?.(length === undefined ? told : { signs: told, length }) };
})();
