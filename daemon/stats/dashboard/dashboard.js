// The dashboard: asks for /stats.json every two seconds and shows it. Values reach the page as text only.
"use strict";

const INTERVAL = 2000;
const PATIENCE = 8000;
const SVG = "http://www.w3.org/2000/svg";
const byId = (id) => document.getElementById(id);

// ---- small things

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function drawn(tag, attributes = {}) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function say(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

const known = (value) => value !== null && value !== undefined;

function count(value) {
  if (!known(value)) return "–";
  return Math.abs(value) >= 100 || Number.isInteger(value) ? Math.round(value).toLocaleString("en") : value.toFixed(1);
}

function time(seconds) {
  if (!known(seconds)) return "–";
  if (seconds === 0) return "0";
  if (seconds < 0.001) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 1) return `${Number((seconds * 1000).toPrecision(3))} ms`;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${(seconds / 3600).toFixed(1)} h` : `${Math.floor(seconds / 86400)} days`;
}

function size(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (bytes >= 1000 && unit < units.length - 1) {
    bytes /= 1000;
    unit += 1;
  }
  return `${unit > 0 && bytes < 100 ? bytes.toFixed(1) : Math.round(bytes)} ${units[unit]}`;
}

// ---- tables

function cell(column, row) {
  const value = column.value(row);
  const made = element("td", { "data-label": column.label });
  if (column.number) made.classList.add("number");
  if (column.wide) made.classList.add("wide");
  made.append(column.code ? element("code", {}, value) : value);
  return made;
}

function showTable(target, columns, rows, nothing) {
  if (rows.length === 0) return target.replaceChildren(element("p", { class: "quiet" }, nothing));
  const head = element("tr");
  for (const column of columns) head.append(element("th", { scope: "col", class: column.number ? "number" : "" }, column.label));
  const body = element("tbody");
  for (const row of rows) body.append(element("tr", {}, ...columns.map((column) => cell(column, row))));
  return target.replaceChildren(element("table", { class: "cards" }, element("thead", {}, head), body));
}

const client = (row) => `c${row.client} ${row.user}${row.application ? ` (${row.application})` : ""}${row.address ? ` ${row.address}` : ""}`;

const WAITERS = [
  { label: "client", value: client },
  { label: "database", value: (row) => row.database },
  { label: "place", number: true, value: (row) => count(row.place) },
  { label: "has waited", number: true, value: (row) => time(row.wait_seconds) },
];
const HOLDERS = [
  { label: "client", value: client },
  { label: "database", value: (row) => row.database },
  { label: "doing", value: (row) => `${row.state}${row.pinned_by ? ` by ${row.pinned_by}` : ""} for ${time(row.in_state_seconds)}` },
  { label: "has held", number: true, value: (row) => time(row.held_seconds) },
];
const ERRORS = [
  { label: "SQLSTATE", value: (row) => row.name },
  { label: "meaning", value: (row) => ERROR_CLASSES[row.name.slice(0, 2)] ?? "" },
  { label: "last minutes", number: true, value: (row) => count(row.recent) },
  { label: "since the start", number: true, value: (row) => count(row.total) },
];
const DISCONNECTS = [
  { label: "reason", value: (row) => row.name },
  { label: "last minutes", number: true, value: (row) => count(row.recent) },
  { label: "since the start", number: true, value: (row) => count(row.total) },
];
const STATEMENTS = [
  { label: "statement", wide: true, code: true, value: (row) => row.text },
  { label: "database / user", value: (row) => `${row.database}/${row.user}` },
  { label: "calls", number: true, value: (row) => count(row.calls) },
  { label: "errors", number: true, value: (row) => count(row.errors) },
  { label: "rows", number: true, value: (row) => count(row.rows) },
  { label: "bytes", number: true, value: (row) => size(row.bytes) },
  { label: "server time", number: true, value: (row) => time(row.server_seconds) },
  { label: "mean", number: true, value: (row) => time(row.calls > 0 ? row.server_seconds / row.calls : null) },
  { label: "longest", number: true, value: (row) => time(row.longest_seconds) },
  { label: "waited", number: true, value: (row) => time(row.wait_seconds) },
];
const ADVICE = [
  { label: "about", value: (row) => row.about },
  { label: "kind", value: (row) => row.kind },
  { label: "what to do", value: (row) => row.text },
  { label: "figures", value: (row) => row.figures },
];

// PostgreSQL documentation: "PostgreSQL Error Codes".
const ERROR_CLASSES = {
  "08": "connection", "0A": "not supported", "21": "cardinality", "22": "data", "23": "constraint", "25": "transaction state",
  "26": "no such prepared statement", "28": "authorization", "34": "no such cursor", "3D": "no such database", "40": "rolled back: conflict or deadlock",
  "42": "syntax, name or privilege", "53": "resources or waited in vain", "54": "a limit of PostgreSQL", "55": "object not ready or in use",
  "57": "cancelled, time-out or shutdown", "58": "system", "P0": "raised by PL/pgSQL", "XX": "internal",
};

function countsByName(pool, what) {
  const recent = pool.recent ? pool.recent[what] : {};
  const rows = Object.entries(pool[what]).map(([name, total]) => ({ name, total, recent: pool.recent ? recent[name] ?? 0 : null }));
  return rows.sort((one, other) => other.recent - one.recent || other.total - one.total).slice(0, 15);
}

// ---- charts

const HEIGHT = 170;
const EDGE = { left: 60, right: 10, top: 10, bottom: 22 };
const SPANS = [60, 120, 300]; // seconds that a chart shows, as far as there is history

const CHARTS = [
  {
    title: "Per second", text: count,
    lines: [["transactions", (h) => h.transactions_per_second], ["errors", (h) => h.errors_per_second]],
  },
  {
    title: "Servers and who waits", text: count,
    lines: [
      ["active", (h) => h.servers_active], ["idle", (h) => h.servers_idle],
      ["waiting clients", (h) => h.clients_waiting], ["pinned", (h) => h.servers_pinned],
    ],
  },
  { title: "Wait for a server", text: time, lines: [["p50", (h) => h.wait.p50], ["p95", (h) => h.wait.p95], ["p99", (h) => h.wait.p99]] },
  {
    title: "Transaction time", text: time,
    lines: [["p50", (h) => h.transaction.p50], ["p95", (h) => h.transaction.p95], ["p99", (h) => h.transaction.p99]],
  },
];

// A round number that is not below.
function roundedUp(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value * 0.999);
}

const upward = (share) => HEIGHT - EDGE.bottom - share * (HEIGHT - EDGE.top - EDGE.bottom);

class Chart {
  constructor(kind) {
    this.kind = kind;
    this.history = null;
    this.width = 480; // of the drawing, in the page's pixels
    this.span = SPANS[0];
    this.cursor = null; // seconds ago, while a time is looked at
    this.lines = kind.lines.map((_, at) => drawn("path", { class: `line s${at}`, "stroke-linecap": "round" }));
    this.limits = [0, 0.5, 1].map((share) => ({
      share, rule: drawn("line", { class: "grid", x1: EDGE.left, y1: upward(share), y2: upward(share) }),
      text: drawn("text", { x: EDGE.left - 6, y: upward(share) + 4, "text-anchor": "end" }),
    }));
    this.times = ["start", "middle", "end"].map((anchor) => drawn("text", { y: HEIGHT - 6, "text-anchor": anchor }));
    this.mark = drawn("line", { class: "cursor", y1: EDGE.top, y2: HEIGHT - EDGE.bottom, visibility: "hidden" });
    this.svg = drawn("svg", { class: "chart", tabindex: "0", role: "slider", "aria-orientation": "horizontal", "aria-valuemax": 0, "aria-valuenow": 0 });
    for (const { rule, text } of this.limits) this.svg.append(rule, text);
    this.svg.append(...this.times, ...this.lines, this.mark);
    this.keys = kind.lines.map(([name], at) => {
      const value = element("span");
      const sample = drawn("svg", { viewBox: "0 0 24 10", "aria-hidden": "true" });
      sample.append(drawn("path", { class: `line s${at}`, d: "M0 5h24" }));
      return { value, node: element("span", { class: "key" }, sample, `${name} `, value) };
    });
    this.readout = element("p", { class: "readout quiet" });
    const caption = element("figcaption", {}, element("span", {}, kind.title), ...this.keys.map((key) => key.node));
    this.figure = element("figure", {}, caption, this.svg, this.readout);
    this.listen();
  }

  across(ago) {
    return EDGE.left + (1 - Math.min(ago, this.span) / this.span) * (this.width - EDGE.left - EDGE.right);
  }

  listen() {
    this.svg.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: 1, ArrowDown: 1, ArrowRight: -1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
      if (step) this.move(step);
      else if (event.key === "Home") this.look(this.span);
      else if (event.key === "End") this.look(0);
      else if (event.key === "Escape") this.look(null);
      else return;
      event.preventDefault();
    });
    this.svg.addEventListener("blur", () => this.look(null));
    this.svg.addEventListener("pointerleave", () => this.look(null));
    this.svg.addEventListener("pointermove", (event) => {
      const box = this.svg.getBoundingClientRect();
      const share = (event.clientX - box.left - EDGE.left) / (this.width - EDGE.left - EDGE.right);
      this.look(this.span * (1 - Math.min(Math.max(share, 0), 1)));
    });
  }

  // The sample that is nearest to a time.
  nearest(ago) {
    const all = this.history ? this.history.seconds_ago : [];
    let best = -1;
    all.forEach((one, at) => {
      if (best < 0 || Math.abs(one - ago) < Math.abs(all[best] - ago)) best = at;
    });
    return best;
  }

  move(samples) {
    if (!this.history || this.history.seconds_ago.length === 0) return;
    const all = this.history.seconds_ago;
    const from = this.cursor === null ? all.length - 1 : this.nearest(this.cursor);
    this.look(all[Math.min(Math.max(from - samples, 0), all.length - 1)]);
  }

  look(ago) {
    this.cursor = ago;
    const at = ago === null ? -1 : this.nearest(ago);
    this.mark.setAttribute("visibility", at < 0 ? "hidden" : "visible");
    if (at < 0) {
      say(this.readout, "");
      return;
    }
    const place = this.history.seconds_ago[at];
    this.mark.setAttribute("x1", this.across(place));
    this.mark.setAttribute("x2", this.across(place));
    const text = `${Math.round(place)} s ago: ${this.valuesAt(at)}`;
    this.svg.setAttribute("aria-valuenow", -Math.round(Math.min(place, this.span)));
    this.svg.setAttribute("aria-valuetext", text);
    say(this.readout, text);
  }

  valuesAt(at) {
    return this.kind.lines.map(([name, values]) => `${name} ${this.kind.text(values(this.history)[at])}`).join(", ");
  }

  // Where nothing was measured, the line has a gap; a point between two gaps is a dot.
  pathOf(values, most) {
    let path = "";
    let isOpen = false;
    values.forEach((value, at) => {
      if (!known(value)) {
        isOpen = false;
        return;
      }
      const place = `${this.across(this.history.seconds_ago[at]).toFixed(1)} ${upward(value / most).toFixed(1)}`;
      path += isOpen ? `L${place}` : `M${place}l.01 0`;
      isOpen = true;
    });
    return path;
  }

  fit(history) {
    this.width = Math.max(this.svg.clientWidth, 240);
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${HEIGHT}`);
    this.span = SPANS.find((span) => span >= (history.seconds_ago[0] ?? 0)) ?? SPANS.at(-1);
    this.svg.setAttribute("aria-valuemin", -this.span);
    for (const { rule } of this.limits) rule.setAttribute("x2", this.width - EDGE.right);
    this.times.forEach((text, at) => {
      const ago = this.span * (1 - at / 2);
      text.setAttribute("x", this.across(ago));
      say(text, ago === 0 ? "now" : `${ago < 60 ? `${ago} s` : `${ago / 60} min`} ago`);
    });
  }

  show(history, poolName) {
    this.history = history;
    this.fit(history);
    const series = this.kind.lines.map(([, values]) => values(history));
    const most = roundedUp(Math.max(0, ...series.flat().filter(known)));
    series.forEach((values, at) => {
      this.lines[at].setAttribute("d", this.pathOf(values, most));
      say(this.keys[at].value, this.kind.text(values.at(-1)));
    });
    for (const { share, text } of this.limits) say(text, share === 0 ? "0" : this.kind.text(share * most));
    this.svg.setAttribute("aria-label", `${this.kind.title}, ${poolName}. Arrow keys read older values.`);
    if (this.cursor !== null) {
      this.look(this.cursor);
      return;
    }
    const last = history.seconds_ago.length - 1;
    this.svg.setAttribute("aria-valuetext", last < 0 ? "nothing yet" : `now: ${this.valuesAt(last)}`);
  }
}

// ---- the parts of the page

const charts = CHARTS.map((kind) => new Chart(kind));
const poolRows = new Map(); // by name; kept, so that the keyboard does not lose its place
let chosen = ""; // a pool's name; empty: all of them

const nameOf = (pool) => (pool.isAll ? "" : `${pool.database}/${pool.user}`);
const shownName = (name) => name || "all pools";

const GRADES = { well: "✓ All is well", warning: "⚠ Worth a look", problem: "✕ Something is wrong" };

function showVerdict(grade, findings) {
  byId("verdict").dataset.grade = grade;
  say(byId("verdict-title"), GRADES[grade] ?? grade);
  document.title = `${GRADES[grade] ?? grade} – Howdah`;
  const texts = findings.map((one) => `${one.grade}: ${one.about}: ${one.text}`);
  const list = byId("findings");
  if (list.dataset.shown === texts.join("\n")) return;
  list.dataset.shown = texts.join("\n");
  list.replaceChildren(...findings.map((one) => element("li", {}, element("span", { class: "grade" }, `${one.grade}, ${one.about}: `), one.text)));
}

function showDaemon(seen) {
  const { daemon } = seen;
  const clients = seen.all.clients;
  const all = clients.active + clients.waiting + clients.idle;
  const parts = [`version ${daemon.version}`];
  if (daemon.started_at) parts.push(`up for ${time(seen.taken_at - daemon.started_at)}`);
  parts.push(`${count(all)}${daemon.clients_max > 0 ? ` of ${count(daemon.clients_max)}` : ""} clients`, size(daemon.memory_bytes));
  if (daemon.descriptors_open > 0) parts.push(`${count(daemon.descriptors_open)} of ${count(daemon.descriptors_max)} descriptors`);
  say(byId("daemon"), parts.join(" · "));
}

// What to look at first, of the chosen pool.
const TILES = [
  ["transactions/s", (pool) => count(pool.history?.transactions_per_second.at(-1))],
  ["errors/s", (pool) => count(pool.history?.errors_per_second.at(-1))],
  ["clients waiting", (pool) => count(pool.clients.waiting)],
  ["longest wait now", (pool) => (pool.clients.waiting > 0 ? time(pool.longest_wait_seconds) : "–")],
  ["wait, p99", (pool) => (pool.recent?.wait.count > 0 ? time(pool.recent.wait.p99) : "–")],
  ["transaction, p99", (pool) => (pool.recent?.transaction.count > 0 ? time(pool.recent.transaction.p99) : "–")],
  ["servers in use", (pool) => `${count(pool.servers.active + pool.servers.pinned)} of ${count(pool.servers.max)}`],
];
const tiles = TILES.map(([name]) => {
  const value = element("dd");
  return { value, node: element("div", {}, element("dt", {}, name), value) };
});

const percentiles = (times) => (times && times.count > 0 ? `${time(times.p50)} / ${time(times.p95)} / ${time(times.p99)}` : "–");

const POOL_CELLS = [
  ["clients", (pool) => count(pool.clients.active + pool.clients.waiting + pool.clients.idle)],
  ["waiting", (pool) => count(pool.clients.waiting)],
  ["active", (pool) => count(pool.servers.active)],
  ["pinned", (pool) => count(pool.servers.pinned)],
  ["idle", (pool) => count(pool.servers.idle)],
  ["of most", (pool) => count(pool.servers.max)],
  ["transactions/s", (pool) => count(pool.history?.transactions_per_second.at(-1))],
  ["wait p50 / p95 / p99", (pool) => percentiles(pool.recent?.wait)],
  ["transaction p50 / p95 / p99", (pool) => percentiles(pool.recent?.transaction)],
];

function makePoolRow(name) {
  const button = element("button", { type: "button" }, shownName(name));
  button.addEventListener("click", () => {
    chosen = name;
    show();
  });
  const cells = POOL_CELLS.map(([label]) => element("td", { class: "number", "data-label": label }));
  return { button, cells, row: element("tr", {}, element("td", { "data-label": "pool" }, button), ...cells) };
}

function showPools(pools) {
  const body = byId("pools").tBodies[0];
  const names = new Set(pools.map(nameOf));
  for (const [name, { row }] of poolRows) {
    if (names.has(name)) continue;
    row.remove();
    poolRows.delete(name);
  }
  pools.forEach((pool, at) => {
    const name = nameOf(pool);
    if (!poolRows.has(name)) poolRows.set(name, makePoolRow(name));
    const { button, cells, row } = poolRows.get(name);
    if (body.rows[at] !== row) body.insertBefore(row, body.rows[at] ?? null);
    button.setAttribute("aria-pressed", String(name === chosen));
    POOL_CELLS.forEach(([, value], i) => say(cells[i], value(pool)));
    cells[1].classList.toggle("alarm", pool.longest_wait_seconds >= 1);
  });
}

function showCharts(pool) {
  say(byId("chosen"), shownName(chosen));
  const isKept = Boolean(pool.history);
  byId("charts").hidden = !isKept;
  byId("no-charts").hidden = isKept;
  say(byId("no-charts"), "Of the pools with least load no history is kept.");
  if (isKept) for (const chart of charts) chart.show(pool.history, shownName(chosen));
}

let seen = null; // the last document

function show() {
  if (!seen) return;
  byId("main").hidden = false; // before the charts measure their width
  const pools = [{ ...seen.all, isAll: true }, ...seen.pools];
  const pool = pools.find((one) => nameOf(one) === chosen) ?? pools[0];
  chosen = nameOf(pool);
  showVerdict(seen.verdict.grade, seen.verdict.findings);
  showDaemon(seen);
  TILES.forEach(([, value], at) => say(tiles[at].value, value(pool)));
  showPools(pools);
  showCharts(pool);
  showTable(byId("waiters"), WAITERS, seen.waiters, "Nobody waits.");
  showTable(byId("holders"), HOLDERS, seen.holders, "Nobody has a server.");
  showTable(byId("errors"), ERRORS, countsByName(pool, "errors"), "No errors were sent.");
  showTable(byId("disconnects"), DISCONNECTS, countsByName(pool, "disconnects"), "Nobody has left.");
  showTable(byId("advice"), ADVICE, seen.advice, "No advice.");
  showTable(byId("statements"), STATEMENTS, seen.statements, "No statements are tracked.");
}

// ---- asking

let token = sessionStorage.getItem("token") ?? "";
let isPaused = false;
let timer = 0;
let asking = null;

function askForToken(error) {
  byId("login").hidden = false;
  byId("main").hidden = true;
  say(byId("login-error"), error);
  byId("token").focus();
}

function showFailure(text) {
  say(byId("freshness"), text);
  showVerdict("problem", [{ grade: "problem", about: "howdah", text }]);
  byId("main").hidden = false;
}

async function ask() {
  clearTimeout(timer);
  if (asking) return;
  asking = new AbortController();
  const patience = setTimeout(() => asking.abort(), PATIENCE);
  try {
    const answer = await fetch("/stats.json", {
      headers: token ? { Authorization: `Bearer ${token}` } : {}, signal: asking.signal, credentials: "omit",
    });
    if (answer.status === 401) {
      token = "";
      sessionStorage.removeItem("token");
      askForToken("This token is not right.");
      return;
    }
    if (!answer.ok) throw new Error(`it answers with ${answer.status}`);
    seen = await answer.json();
    byId("login").hidden = true;
    say(byId("freshness"), `as of ${new Date(seen.taken_at * 1000).toLocaleTimeString()}`);
    show();
  } catch (error) {
    showFailure(`No answer from howdah (${error.name === "AbortError" ? "it takes too long" : error.message}).`);
  } finally {
    clearTimeout(patience);
    asking = null;
  }
  if (!isPaused && !document.hidden) timer = setTimeout(ask, INTERVAL);
}

byId("pause").addEventListener("click", () => {
  isPaused = !isPaused;
  byId("pause").setAttribute("aria-pressed", String(isPaused));
  say(byId("pause"), isPaused ? "Go on" : "Pause");
  clearTimeout(timer);
  if (!isPaused) ask();
});
byId("login").addEventListener("submit", (event) => {
  event.preventDefault();
  token = byId("token").value;
  sessionStorage.setItem("token", token);
  byId("token").value = "";
  say(byId("login-error"), "");
  ask();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !isPaused && !(needsToken && !token)) ask();
});

const needsToken = document.documentElement.dataset.token === "needed";
byId("charts").append(...charts.map((chart) => chart.figure));
byId("tiles").append(...tiles.map((tile) => tile.node));
window.addEventListener("resize", show);
if (needsToken && !token) askForToken("");
else ask();
