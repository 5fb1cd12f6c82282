"use strict";
(() => {
  const begin = performance.now();
  const told = JSON.parse(document.getElementById("explorer-data").textContent);
  const CLASSES = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#9922ff", "#884422"];
  const SCALE = [[0, 34, 78], [53, 69, 108], [102, 105, 112], [148, 142, 119], [200, 184, 102], [254, 232, 56]]; // cividis
  const BINS = 48;
  const bytes = (text) => {
    const raw = atob(text), found = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) found[i] = raw.charCodeAt(i);
    return found;
  };
  const as = (kind, text) => { const b = bytes(text); return new kind(b.buffer, 0, b.byteLength / kind.BYTES_PER_ELEMENT); };
  const $ = (id) => document.getElementById(id);
  const N = told.count, points = as(Uint16Array, told.points), ids = told.ids;
  const columns = told.columns.map((c) => ({ ...c, values: as(c.names ? Uint8Array : Float32Array, c.data) }));
  const near = told.neighbors ? as(Int32Array, told.neighbors.data) : null, K = near ? told.neighbors.count : 0;
  let thumbs = null; // unpacked when the first is drawn
  const map = $("map"), pen = map.getContext("2d"), thumb = $("thumb"), side = thumb.getContext("2d");
  let view = { x: 0.5, y: 0.5, zoom: 0.94 }, chosen = -1, color = columns.length ? 0 : -1, hidden = new Set();
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function unpack(t) {
    const some = { ...t, flux: as(Uint8Array, t.flux), low: as(Float32Array, t.low), high: as(Float32Array, t.high) };
    if (t.kind === "curve") Object.assign(some, { time: as(Uint16Array, t.time), band: as(Uint8Array, t.band),
      offsets: as(Uint32Array, t.offsets), start: as(Float32Array, t.start), stop: as(Float32Array, t.stop) });
    return some;
  }
  function fit(canvas, context) {
    const scale = window.devicePixelRatio || 1, w = canvas.clientWidth, h = canvas.clientHeight;
    if (canvas.width !== Math.round(w * scale) || canvas.height !== Math.round(h * scale)) {
      canvas.width = Math.round(w * scale); canvas.height = Math.round(h * scale);
    }
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, w, h);
    return [w, h];
  }
  const ramp = (f) => {
    const at = Math.min(Math.max(f, 0), 1) * (SCALE.length - 1), k = Math.min(Math.floor(at), SCALE.length - 2), r = at - k;
    return `rgb(${SCALE[k].map((v, i) => Math.round(v + r * (SCALE[k + 1][i] - v))).join(",")})`;
  };
  const screen = (i, w, h) => {
    const s = Math.min(w, h) * view.zoom;
    return [w / 2 + (points[2 * i] / 65535 - view.x) * s, h / 2 - (points[2 * i + 1] / 65535 - view.y) * s];
  };
  let buckets = [];
  function bucket() { // rows by color, so that each color is set once
    const c = columns[color];
    buckets = [];
    if (!c) { buckets = [{ fill: () => css("--accent"), rows: Uint32Array.from({ length: N }, (_, i) => i) }]; return; }
    const count = c.names ? c.names.length : BINS, lists = Array.from({ length: count + 1 }, () => []);
    for (let i = 0; i < N; i++) {
      const v = c.values[i];
      if (c.names) lists[v === 255 ? count : v].push(i);
      else lists[Number.isFinite(v) ? Math.min(Math.max(Math.floor((v - c.low) / (c.high - c.low || 1) * BINS), 0), BINS - 1) : count].push(i);
    }
    lists.forEach((rows, k) => {
      const none = k === count, fill = none ? () => css("--dim") : () => c.names ? CLASSES[k % CLASSES.length] : ramp((k + 0.5) / BINS);
      if (rows.length) buckets.push({ fill, rows, k, none, ring: c.names && k >= CLASSES.length });
    });
    buckets.sort((a, b) => (b.none ? 1 : 0) - (a.none ? 1 : 0) || (c.names ? b.rows.length - a.rows.length : 0));
  }
  function draw() {
    const [w, h] = fit(map, pen), size = Math.max(1.6, Math.min(5, 260 / Math.sqrt(N)) * Math.sqrt(Math.max(view.zoom, 0.5)));
    for (const b of buckets) {
      if (hidden.has(b.k)) continue;
      pen.fillStyle = b.fill(); pen.globalAlpha = b.none ? 0.5 : 0.85;
      for (const i of b.rows) {
        const [x, y] = screen(i, w, h);
        if (x > -5 && y > -5 && x < w + 5 && y < h + 5) pen.fillRect(x - size / 2, y - size / 2, size, b.ring ? size / 2 : size);
      }
    }
    pen.globalAlpha = 1;
    if (chosen < 0) return;
    const [cx, cy] = screen(chosen, w, h);
    pen.lineWidth = 1.5; pen.strokeStyle = css("--ink");
    for (let k = 0; k < K; k++) {
      const other = near[chosen * K + k];
      if (other < 0) continue;
      const [x, y] = screen(other, w, h);
      pen.globalAlpha = 0.5; pen.beginPath(); pen.moveTo(cx, cy); pen.lineTo(x, y); pen.stroke();
      pen.globalAlpha = 1; pen.beginPath(); pen.arc(x, y, 5, 0, 7); pen.stroke();
    }
    pen.lineWidth = 3; pen.beginPath(); pen.arc(cx, cy, 9, 0, 7); pen.stroke();
  }
  let waiting = false;
  const redraw = () => { if (!waiting) { waiting = true; requestAnimationFrame(() => { waiting = false; draw(); }); } };

  const number = (v) => Number.isFinite(v) ? String(+v.toPrecision(4)) : "none";
  function legend() {
    const box = $("legend"), c = columns[color];
    box.textContent = "";
    if (!c) return;
    if (!c.names) {
      const bar = document.createElement("span");
      bar.className = "scale"; bar.style.background = `linear-gradient(to right, ${[0, 0.2, 0.4, 0.6, 0.8, 1].map(ramp).join(",")})`;
      box.append(number(c.low), bar, number(c.high));
      return;
    }
    c.names.forEach((name, k) => {
      const one = document.createElement("button"), dot = document.createElement("span");
      dot.className = "dot"; dot.style.background = CLASSES[k % CLASSES.length];
      if (k >= CLASSES.length) { dot.style.height = ".4em"; dot.style.borderRadius = "0"; }
      one.append(dot, name); one.type = "button"; one.setAttribute("aria-pressed", String(!hidden.has(k)));
      one.title = "show or hide";
      one.onclick = () => { hidden.has(k) ? hidden.delete(k) : hidden.add(k); legend(); redraw(); box.children[k].focus(); };
      box.append(one);
    });
  }
  const value = (c, i) => c.names ? (c.values[i] === 255 ? "none" : c.names[c.values[i]]) : number(c.values[i]);

  function axes(context, w, h, x0, x1, y0, y1, title) {
    const box = { l: 48, r: w - 8, t: 8, b: h - 34 };
    context.strokeStyle = css("--line"); context.lineWidth = 1; context.strokeRect(box.l, box.t, box.r - box.l, box.b - box.t);
    context.fillStyle = css("--soft"); context.font = "11px system-ui, sans-serif"; context.textBaseline = "top";
    for (let k = 0; k <= 4; k++) {
      context.textAlign = k === 0 ? "left" : k === 4 ? "right" : "center";
      context.fillText(number(x0 + (x1 - x0) * k / 4), box.l + (box.r - box.l) * k / 4, box.b + 4);
    }
    context.textAlign = "center"; context.fillText(title, (box.l + box.r) / 2, box.b + 19);
    context.textAlign = "right"; context.fillText(number(y1), box.l - 4, box.t); context.fillText(number(y0), box.l - 4, box.b - 11);
    return box;
  }
  function spectrum(i, stroke, wide, alpha) { // each drawn over its own range
    const [w, h] = [thumb.clientWidth, thumb.clientHeight], P = thumbs.pixels, f = thumbs.flux;
    const box = { l: 48, r: w - 8, t: 8, b: h - 34 };
    side.strokeStyle = stroke; side.lineWidth = wide; side.globalAlpha = alpha; side.beginPath();
    let pen_up = true, drawn = 0;
    for (let k = 0; k < P; k++) {
      const v = f[i * P + k];
      if (!v) { pen_up = true; continue; }
      const wave = thumbs.start * Math.pow(thumbs.stop / thumbs.start, (k + 0.5) / P);
      const x = box.l + (wave - thumbs.start) / (thumbs.stop - thumbs.start) * (box.r - box.l);
      const y = box.b - (v - 1) / 254 * (box.b - box.t);
      pen_up ? side.moveTo(x, y) : side.lineTo(x, y); pen_up = false; drawn++;
    }
    side.stroke(); side.globalAlpha = 1;
    return drawn;
  }
  function curve(i, box) {
    const a = thumbs.offsets[i], b = thumbs.offsets[i + 1];
    for (let k = a; k < b; k++) {
      const x = box.l + thumbs.time[k] / 65535 * (box.r - box.l), y = box.b - thumbs.flux[k] / 255 * (box.b - box.t);
      side.fillStyle = CLASSES[thumbs.band[k] % CLASSES.length]; side.beginPath(); side.arc(x, y, 2.2, 0, 7); side.fill();
    }
    thumbs.bands.forEach((name, k) => { if (name) { side.fillStyle = CLASSES[k % CLASSES.length]; side.textAlign = "left"; side.fillText(name, box.l + 6 + 34 * k, box.t + 4); } });
    return b - a;
  }
  function drawThumb() {
    const [w, h] = fit(thumb, side);
    side.fillStyle = css("--soft"); side.textAlign = "center"; side.font = "13px system-ui, sans-serif";
    if (chosen < 0 || !told.thumbs) {
      side.fillText(told.thumbs ? "Click an object on the map" : "Give --data to see what was observed", w / 2, h / 2);
      thumb.dataset.drawn = 0; return;
    }
    thumbs = thumbs || unpack(told.thumbs);
    if (thumbs.kind === "curve") {
      const box = axes(side, w, h, 0, thumbs.stop[chosen] - thumbs.start[chosen], thumbs.low[chosen], thumbs.high[chosen], `days since ${number(thumbs.start[chosen])}`);
      thumb.dataset.drawn = curve(chosen, box);
    } else {
      axes(side, w, h, thumbs.start, thumbs.stop, thumbs.low[chosen], thumbs.high[chosen], "wavelength [Angstrom]");
      if ($("overlay").checked && K && near[chosen * K] >= 0) spectrum(near[chosen * K], CLASSES[5], 1, 0.7);
      thumb.dataset.drawn = spectrum(chosen, css("--accent"), 1.3, 1);
    }
  }
  function choose(i, move) {
    if (!(i >= 0 && i < N)) return;
    chosen = i; $("name").textContent = ids[i]; $("name").parentElement.classList.remove("none");
    const list = $("values"); list.textContent = "";
    for (const c of columns) {
      const t = document.createElement("dt"), d = document.createElement("dd");
      t.textContent = c.name; d.textContent = value(c, i); list.append(t, d);
    }
    const others = $("neighbors"); others.textContent = "";
    for (let k = 0; k < K; k++) {
      const j = near[i * K + k];
      if (j < 0) continue;
      const line = document.createElement("li"), go = document.createElement("button");
      go.type = "button"; go.className = "link"; go.textContent = ids[j]; go.onclick = () => { choose(j, true); others.querySelector("button")?.focus(); }; // the button that was pressed is gone
      line.append(go); if (columns[color]) line.append(` ${columns[color].name}: ${value(columns[color], j)}`);
      others.append(line);
    }
    if (move) { view.x = points[2 * i] / 65535; view.y = points[2 * i + 1] / 65535; }
    drawThumb(); redraw();
  }
  function closest(px, py) {
    const w = map.clientWidth, h = map.clientHeight, c = columns[color];
    let best = -1, least = Infinity;
    for (let i = 0; i < N; i++) {
      if (c && c.names && hidden.has(c.values[i] === 255 ? c.names.length : c.values[i])) continue;
      const [x, y] = screen(i, w, h), d = (x - px) ** 2 + (y - py) ** 2;
      if (d < least) { least = d; best = i; }
    }
    return best;
  }
  function zoom(factor, px, py) {
    const w = map.clientWidth, h = map.clientHeight, s = Math.min(w, h);
    const dx = (px - w / 2) / s, dy = (h / 2 - py) / s, next = Math.min(Math.max(view.zoom * factor, 0.5), 400);
    view.x += dx / view.zoom - dx / next; view.y += dy / view.zoom - dy / next; view.zoom = next; redraw();
  }
  let grip = null;
  map.addEventListener("pointerdown", (e) => { grip = { x: e.clientX, y: e.clientY, moved: 0 }; map.setPointerCapture(e.pointerId); });
  map.addEventListener("pointermove", (e) => {
    if (!grip) return;
    const s = Math.min(map.clientWidth, map.clientHeight) * view.zoom, dx = e.clientX - grip.x, dy = e.clientY - grip.y;
    grip.moved += Math.abs(dx) + Math.abs(dy);
    if (grip.moved > 4) { view.x -= dx / s; view.y += dy / s; redraw(); }
    grip.x = e.clientX; grip.y = e.clientY;
  });
  map.addEventListener("pointerup", (e) => {
    if (grip && grip.moved <= 4) { const r = map.getBoundingClientRect(); choose(closest(e.clientX - r.left, e.clientY - r.top), false); }
    grip = null;
  });
  map.addEventListener("wheel", (e) => {
    e.preventDefault(); const r = map.getBoundingClientRect(); zoom(Math.exp(-e.deltaY / 400), e.clientX - r.left, e.clientY - r.top);
  }, { passive: false });
  map.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return; // keys of the browser
    const w = map.clientWidth, h = map.clientHeight, step = 0.08 / view.zoom;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    if (moves[e.key]) { view.x += moves[e.key][0]; view.y += moves[e.key][1]; redraw(); }
    else if (e.key === "+" || e.key === "=") zoom(1.3, w / 2, h / 2);
    else if (e.key === "-") zoom(1 / 1.3, w / 2, h / 2);
    else if (e.key === "0") { view = { x: 0.5, y: 0.5, zoom: 0.94 }; redraw(); }
    else if (e.key === "Enter" || e.key === " ") choose(closest(w / 2, h / 2), false);
    else if (e.key === "n" && chosen >= 0 && K) choose(near[chosen * K], true);
    else return;
    e.preventDefault();
  });
  const pick = $("color");
  columns.forEach((c, k) => { const o = document.createElement("option"); o.value = k; o.textContent = c.name; pick.append(o); });
  pick.onchange = () => { color = +pick.value; hidden.clear(); bucket(); legend(); redraw(); };
  $("find").onchange = (e) => {
    const name = e.target.value.trim(), i = ids.indexOf(name);
    $("found").textContent = i < 0 && name ? "no such object" : ""; choose(i, true);
  };
  $("overlay").onchange = drawThumb;
  $("reset").onclick = () => { view = { x: 0.5, y: 0.5, zoom: 0.94 }; redraw(); };
  $("theme").onclick = () => {
    const root = document.documentElement, dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark"; redraw(); drawThumb();
  };
  document.querySelectorAll("[data-row]").forEach((b) => { b.onclick = () => { choose(+b.dataset.row, true); map.scrollIntoView({ block: "center" }); }; });
  window.addEventListener("resize", () => { redraw(); drawThumb(); });
  // on paper all is open, dark on light, and a table that is wider than the paper becomes smaller
  const root = document.documentElement, PAPER = 640;
  let before = null;
  window.addEventListener("beforeprint", () => {
    const closed = [...document.querySelectorAll("details:not([open])")];
    before = { closed, theme: root.dataset.theme };
    closed.forEach((d) => { d.open = true; });
    root.dataset.theme = "light"; root.classList.add("paper");
    document.querySelectorAll("table").forEach((t) => {
      t.style.width = "min-content"; t.style.zoom = Math.min(1, PAPER / t.offsetWidth); t.style.width = "";
    });
    draw(); drawThumb();
  });
  window.addEventListener("afterprint", () => {
    before.closed.forEach((d) => { d.open = false; });
    root.classList.remove("paper");
    if (before.theme) root.dataset.theme = before.theme; else delete root.dataset.theme;
    document.querySelectorAll("table").forEach((t) => { t.style.zoom = ""; });
    draw(); drawThumb();
  });
  bucket(); legend(); draw(); drawThumb();
  document.documentElement.dataset.ready = String(Math.round(performance.now() - begin));
})();
