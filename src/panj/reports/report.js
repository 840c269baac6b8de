"use strict";
// The moving parts of a report: the map through time, and the reading of a month on a fan chart. No libraries.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const unknown = new Set(data.known);
  const NS = "http://www.w3.org/2000/svg";
  const byId = (id) => document.getElementById(id);

  // Codes that grow with the square root of a number; the largest code is "no figure". See `packed` in map.py.
  function unpack(packed) {
    const raw = Uint8Array.from(atob(packed.code), (letter) => letter.charCodeAt(0));
    const codes = new Uint16Array(raw.buffer);
    const limit = 65535;
    return (index) => (codes[index] === limit ? NaN : packed.top * (codes[index] / (limit - 1)) ** 2);
  }

  function plain(value, decimals) {
    const step = 10 ** Math.max(0, -decimals), digits = Math.max(0, decimals);
    const rounded = Math.round(value / step) * step;
    return (decimals < 0 ? rounded : value).toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }

  // Three digits that mean something, tonnes for many kilograms, words for millions.
  function humane(value, unit) {
    if (!Number.isFinite(value)) return "no figure";
    let suffix = unit;
    if (unit === "kg" && value >= 1000) { value /= 1000; suffix = "t"; }
    if (unit === "person") suffix = "people";
    let word = "";
    if (value >= 1e9) { value /= 1e9; word = " billion"; } else if (value >= 1e6) { value /= 1e6; word = " million"; }
    const decimals = value === 0 ? 0 : Math.min(4, 2 - Math.floor(Math.log10(value)));
    return `${plain(value, decimals)}${word} ${suffix}`.trim();
  }

  function element(name, text, parent) {
    const node = document.createElement(name);
    if (text !== undefined) node.textContent = text;
    if (parent) parent.append(node);
    return node;
  }

  function shape(name, attributes, parent) {
    const node = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    parent.append(node);
    return node;
  }

  function cite(ids, parent) {
    for (const id of ids) {
      parent.append(" ");
      const node = element(unknown.has(id) ? "span" : "a", id, parent);
      node.className = "claim";
      if (!unknown.has(id)) node.href = `#claim-${id}`;
    }
  }

  // A link into the evidence opens whatever is folded around its target.
  function unfold() {
    const target = location.hash.length > 1 && byId(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let node = target.parentElement; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    target.scrollIntoView({ block: "center" });
  }
  window.addEventListener("hashchange", unfold);
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a.claim");
    if (link && link.hash === location.hash) unfold();
  });

  function readFans() {
    for (const box of document.querySelectorAll(".fanbox")) {
      const drawing = box.querySelector("svg");
      const cursor = box.querySelector(".cursor");
      const note = box.querySelector(".reading");
      if (!cursor) continue;
      const fan = data.fans[Number(box.dataset.fan)];
      const [factor, suffix, decimals] = fan.form;
      const count = data.months.length;
      let value = null;
      const move = (event) => {
        value = value || unpack(fan.bands);
        const bounds = drawing.getBoundingClientRect();
        const x = ((event.clientX - bounds.left) / bounds.width) * 340;
        const index = Math.round(((x - 44) / (340 - 44 - 8)) * (count - 1));
        if (index < 0 || index >= count) return;
        const at = 44 + ((340 - 44 - 8) * index) / (count - 1);
        cursor.setAttribute("x1", at); cursor.setAttribute("x2", at); cursor.setAttribute("visibility", "visible");
        const [low, middle, high] = [0, 2, 4].map((row) => value(row * count + index) * factor);
        if (!Number.isFinite(middle)) { note.textContent = `${data.months[index]}: no figure`; return; }
        const range = low === high ? "" : ` (90 %: ${plain(low, decimals)} to ${plain(high, decimals)})`;
        note.textContent = `${data.months[index]}: ${plain(middle, decimals)} ${suffix}${range}`;
      };
      drawing.addEventListener("pointermove", move);
      drawing.addEventListener("pointerdown", move);
      drawing.addEventListener("pointerleave", () => { cursor.setAttribute("visibility", "hidden"); note.textContent = ""; });
    }
  }

  function liveMap(map) {
    const drawing = byId("map"), slider = byId("month"), label = byId("month-label");
    const flowChoice = byId("flow-choice"), borderChoice = byId("border-choice"), lookChoice = byId("look-choice");
    const whole = drawing.getAttribute("viewBox");
    const count = map.months.length, borders = map.borders.map((row) => row[0]);
    const names = Object.fromEntries(map.borders.map((row) => [row[0], row]));
    const flows = map.flows.map((flow) => ({
      crossing: flow.crossing && unpack(flow.crossing),
      passed: flow.passed && unpack(flow.passed),
      green: flow.passed_green && unpack(flow.passed_green),
      seized: flow.seized_at && unpack(flow.seized_at),
    }));
    const delay = map.delay && unpack(map.delay);
    const circles = [], posts = [];
    map.crossings.forEach((row, index) => {
      if (!row) return;
      const [name, x, y, green] = row;
      circles[index] = shape("circle", { class: green ? "flow green" : "flow", cx: x, cy: y, r: 0 }, byId("traffic"));
      if (!green) posts[index] = shape("rect", { class: "post" }, byId("posts"));
    });
    let zoom = 1, chosen = "", timer = null;

    const month = () => Number(slider.value);
    const statusAt = (section, at) => {
      let found = null;
      for (const row of section.status) if (row[0] <= at) found = row;
      return found;
    };

    function drawLines(at) {
      for (const section of map.sections) {
        const row = statusAt(section, at);
        const line = byId(`section-${section.id}`);
        if (line && section.land) line.setAttribute("class", `line ${row ? map.statuses[row[1]] : "none"}`);
      }
    }

    function drawTraffic(at) {
      const index = Number(flowChoice.value), flow = map.flows[index], value = flows[index].crossing;
      const size = (drawing.clientWidth < 500 ? 13 : 7) / zoom;
      map.crossings.forEach((row, place) => {
        if (!row) return;
        const open = row[5] <= at && at <= row[6];
        const traffic = value ? value(place * count + at) : NaN;
        const share = flow.full > 0 && traffic > 0 ? Math.min(1.6, Math.sqrt(traffic / flow.full)) : 0;
        circles[place].setAttribute("r", ((map.radius * share) / Math.sqrt(zoom)).toFixed(2));
        const post = posts[place];
        if (!post) return;
        post.setAttribute("class", open ? "post" : "post shut");
        post.setAttribute("x", row[1] - size / 2); post.setAttribute("y", row[2] - size / 2);
        post.setAttribute("width", size); post.setAttribute("height", size);
      });
      byId("scale-note").textContent = flow.full > 0
        ? `${flow.title}: a circle of full size stands for ${humane(flow.full, flow.unit)} a month, mean over members; area goes with traffic, up to two and a half times that.`
        : "";
    }

    function listEvents(at) {
      const list = byId("month-events").querySelector("ul");
      list.replaceChildren();
      const rows = map.events.filter((row) => row[4] === at || (row[0] <= at && at <= row[1] && row[1] - row[0] < 13));
      for (const row of rows) { const item = element("li", `${row[5]}: ${row[2]}`, list); cite(row[3], item); }
      if (!rows.length) element("li", "None on record.", list);
      byId("month-events").querySelector("h3").textContent = `Events of ${map.months[at]}`;
    }

    function shares(rows, total, parent) {
      const kinds = new Map();
      for (const row of rows) {
        const entry = kinds.get(row.word) || { km: 0, ids: new Set() };
        entry.km += row.km; row.ids.forEach((id) => entry.ids.add(id)); kinds.set(row.word, entry);
      }
      for (const [word, entry] of [...kinds].sort((a, b) => b[1].km - a[1].km)) {
        const part = (100 * entry.km) / total;
        const dd = element("dd", `${word}${part > 99.95 ? "" : ` (${part < 1 ? part.toFixed(1) : part.toFixed(0)} % of the length)`}`, parent);
        cite([...entry.ids].slice(0, 6), dd);
      }
    }

    function details(at) {
      const box = byId("border-details");
      if (!chosen || !names[chosen]) return;
      box.replaceChildren();
      box.classList.add("told");
      element("h3", `${names[chosen][1]}, ${map.months[at]}`, box);
      const list = element("dl", undefined, box);
      const sections = map.sections.filter((section) => section.border === chosen);
      const total = sections.reduce((sum, section) => sum + section.km, 0) || 1;
      if (sections.length) {
        element("dt", "Legal status", list);
        shares(sections.map((section) => {
          const row = statusAt(section, at);
          return { km: section.km, word: row ? map.words[row[1]] : "not on record", ids: row ? row[2] : [] };
        }), total, list);
        const sides = new Map();
        for (const section of sections) for (const [first, last, side, agency, ids] of section.guards)
          if (first <= at && at <= last) sides.set(side, [...(sides.get(side) || []), { km: section.km, word: agency, ids }]);
        for (const [side, rows] of [...sides].sort()) { element("dt", `Guarded on the side of ${map.states[side] || side} by`, list); shares(rows, total, list); }
        if (!sides.size) { element("dt", "Guarded by", list); element("dd", "not on record", list); }
      }
      const place = borders.indexOf(chosen), index = Number(flowChoice.value), flow = map.flows[index];
      if (place >= 0) {
        const at_ = place * count + at, size = borders.length * count;
        const passed = flows[index].passed ? flows[index].passed(at_) : NaN;
        element("dt", `${flow.title} in the month, median`, list);
        const green = flows[index].green ? flows[index].green(at_) : NaN;
        const round = passed > 0 && Number.isFinite(green) ? `, ${((100 * Math.min(green, passed)) / passed).toFixed(0)} % of it round the posts` : "";
        element("dd", `${humane(passed, flow.unit)} cross${round}; ${humane(flows[index].seized ? flows[index].seized(at_) : NaN, flow.unit)} found here`, list);
        if (delay) {
          const [low, middle, high] = [0, 1, 2].map((row) => delay(row * size + at_));
          element("dt", "Delay for a lorry", list);
          element("dd", Number.isFinite(middle) ? `${humane(middle, "h")} (90 %: ${humane(low, "")} to ${humane(high, "")})` : "no figure", list);
        }
      }
      const rules = map.rules.filter((rule) => rule[0] === chosen && rule[4] <= at && at <= rule[5]);
      element("p", rules.length ? `Rules in force (${rules.length})` : "No rule on record is in force.", box).className = "label";
      const holder = element("ul", undefined, box);
      holder.className = "scroll";
      if (rules.length > 4) holder.tabIndex = 0;
      for (const rule of rules) { const item = element("li", `${rule[1]} (${map.states[rule[3]] || rule[3]}${rule[6] ? `, ${rule[6]}` : ""})`, holder); cite(rule[7], item); }
    }

    function draw() {
      const at = month();
      label.textContent = map.months[at];
      slider.setAttribute("aria-valuetext", map.months[at]);
      drawLines(at); drawTraffic(at); listEvents(at); details(at);
    }

    function choose(border) {
      chosen = border;
      borderChoice.value = border;
      for (const group of drawing.querySelectorAll(".border")) group.classList.toggle("chosen", group.dataset.border === border);
      details(month());
    }

    function stop() { clearInterval(timer); timer = null; byId("border-details").setAttribute("aria-live", "polite"); byId("play").textContent = "▶ Play"; byId("play").setAttribute("aria-pressed", "false"); }
    byId("play").addEventListener("click", () => {
      if (timer) { stop(); return; }
      if (month() >= count - 1) slider.value = 0;
      byId("border-details").setAttribute("aria-live", "off");
      byId("play").textContent = "❚❚ Pause"; byId("play").setAttribute("aria-pressed", "true");
      timer = setInterval(() => { if (month() >= count - 1) { stop(); return; } slider.value = month() + 1; draw(); }, 220);
    });
    slider.addEventListener("input", draw);
    flowChoice.addEventListener("change", draw);
    borderChoice.addEventListener("change", () => choose(borderChoice.value));
    lookChoice.addEventListener("change", () => {
      drawing.setAttribute("viewBox", lookChoice.value || whole.trim());
      zoom = lookChoice.value ? Number(whole.split(" ")[2]) / Number(lookChoice.value.split(" ")[2]) : 1;
      drawing.style.setProperty("--zoom", zoom);
      draw();
    });
    for (const group of drawing.querySelectorAll(".border")) {
      shape("title", {}, group).textContent = names[group.dataset.border] ? names[group.dataset.border][1] : group.dataset.border;
      group.addEventListener("click", () => choose(group.dataset.border));
      group.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(group.dataset.border); }
      });
    }
    draw();
  }

  readFans();
  if (data.map) liveMap(data.map);
  unfold();
})();
