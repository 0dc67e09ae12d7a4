// Live updates, sending without a reload, and small comforts. Every page works without this file.
"use strict";

const root = document.documentElement;
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// 1 Live updates: the server draws, this only puts parts into their places.
const drawn = new WeakMap(); // what the server last sent for an element, before anybody opened or typed anything

function remember(part) {
  if (part.hasAttribute("data-keyed")) for (const child of part.children) drawn.set(child, child.outerHTML);
  else drawn.set(part, part.outerHTML);
}

function settle(old, fresh) {
  if (old.hasAttribute("data-keyed")) return settleKeyed(old, fresh);
  if (drawn.get(old) === fresh.outerHTML) return;
  const html = fresh.outerHTML;
  const typed = new Map(all("textarea, input:not([type=hidden]):not([type=radio]):not([type=file])", old).map((field) => [field.id, field.value]));
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const sameQuestion = one("[name=name]", old)?.value === one("[name=name]", fresh)?.value;
  const open = all("details[open]", old).map((part) => part.className);
  old.replaceWith(fresh);
  for (const part of all("details", fresh)) if (open.includes(part.className)) part.open = true;
  if (sameQuestion && !one("form[data-sent]", old)) for (const [id, value] of typed) { const field = id && document.getElementById(id); if (field && value) field.value = value; }
  if (focused) refocus(document.getElementById(focused.id) || fresh);
  drawn.set(fresh, html);
  prepare(fresh);
}

// Who works by keyboard goes on where the page goes on, not at its top.
function refocus(place) {
  const field = place.matches("a, button, input, select, summary, textarea") ? place : one("input:not([type=hidden]), textarea, button, a", place);
  (field || one("#say"))?.focus({ preventScroll: true });
}

// On its way to what is new the page is not there yet; whoever scrolls by hand wants to stay where they are.
let underWay = 0;
for (const byHand of ["wheel", "touchmove"]) addEventListener(byHand, () => { underWay = 0; }, { passive: true });
function follow(turn) {
  underWay = performance.now() + 1500;
  turn.scrollIntoView({ block: "nearest", behavior: "smooth" });
}

function settleKeyed(old, fresh) {
  const hadFocus = old.contains(document.activeElement);
  const atEnd = performance.now() < underWay || scrollY + innerHeight > document.body.scrollHeight - 260;
  const waiting = fresh.hasAttribute("data-waiting");
  // Of a long conversation only the end is sent; what stands before it stays.
  const first = fresh.hasAttribute("data-tail") ? document.getElementById(fresh.firstElementChild.id) : old.firstElementChild;
  if (!first && old.childElementCount) return location.reload();
  const stood = [...old.children];
  const touched = first ? stood.slice(stood.indexOf(first)) : stood;
  const known = new Map(touched.map((child) => [child.id, child]));
  let newest = null;
  let before = first;
  for (const child of [...fresh.children]) {
    const html = child.outerHTML;
    let stays = known.get(child.id);
    known.delete(child.id);
    if (!stays || drawn.get(stays) !== html) {
      if (!stays && child.id !== "thinks") { newest = child; child.classList.add("rises"); }
      if (stays) {
        if (before === stays) before = stays.nextElementSibling;
        for (const part of all("details[open]", stays)) for (const same of all("details", child)) if (same.id === part.id) same.open = true;
        stays.replaceWith(child);
      }
      stays = child;
      drawn.set(stays, html);
      prepare(stays);
    }
    if (stays !== before) old.insertBefore(stays, before);
    else before = before.nextElementSibling;
  }
  for (const gone of known.values()) if (!(waiting && gone.dataset.sending)) gone.remove();
  if (hadFocus && !old.contains(document.activeElement)) refocus(newest || old);
  if (newest && atEnd) follow(newest);
}

function apply(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const part of [...page.body.children]) {
    const old = part.id && document.getElementById(part.id);
    if (old) settle(old, document.adoptNode(part));
  }
  localTimes(document);
}

let line = null;
function listen() {
  const address = document.body.dataset.live;
  if (!address) return;
  line = new EventSource(`${address}&mark=${encodeURIComponent(document.body.dataset.mark || "")}`);
  line.onmessage = (event) => {
    const { mark, html } = JSON.parse(event.data);
    document.body.dataset.mark = mark;
    apply(html);
  };
  line.onerror = () => {
    // A browser gives up for good when the answer was no stream, e.g. after signing out.
    if (line.readyState === EventSource.CLOSED) setTimeout(listen, 15000);
  };
}

// 2 Sending: the words stay on the page until the server has them.
const outgoing = [];
let count = 0;

function fault(form, text) {
  const note = one("[data-fault]", form);
  if (!note) return;
  one("[data-fault-text]", note).textContent = text || "";
  note.hidden = !text;
}

function bubble(form, data) {
  const talk = document.getElementById("talk");
  const text = String(data.get("text") || "").trim();
  if (!talk || !text || !form.hasAttribute("data-compose")) return null;
  const turn = document.createElement("article");
  turn.className = "turn mine waits rises";
  turn.id = `sending-${++count}`;
  turn.dataset.sending = "1";
  const said = document.createElement("p");
  said.className = "said";
  said.textContent = text;
  const state = document.createElement("span");
  state.className = "tiny quiet";
  state.textContent = form.dataset.waits;
  turn.append(said, state);
  talk.append(turn);
  follow(turn);
  return turn;
}

async function send(letter) {
  const { form, data, turn } = letter;
  const say = (text) => { if (turn) one(".tiny", turn).textContent = text; else fault(form, text); };
  try {
    const answer = await fetch(form.action, { method: "POST", body: data, headers: { "x-live": "1" }, credentials: "same-origin" });
    if (answer.ok) { fault(form, ""); catchUp(); return true; }
    if (answer.status === 503) { say(form.dataset.failed || ""); return false; }
    delete form.dataset.sent;
    const told = await answer.json().catch(() => null);
    turn?.remove();
    const field = one("textarea", form);
    if (field && !field.value) { field.value = String(data.get("text") || ""); grow(field); }
    fault(form, told?.error?.message || form.dataset.failed || "");
    if (!one("[data-fault]", form) && told?.error) toast(told.error.message);
    return true;
  } catch {
    say((navigator.onLine ? form.dataset.failed : form.dataset.offline) || "");
    return false;
  }
}

let working = false;
async function work() {
  if (working) return;
  working = true;
  while (outgoing.length) {
    if (!(await send(outgoing[0]))) { setTimeout(work, 4000); break; }
    outgoing.shift();
  }
  working = false;
}

// When the line is down, the page is fetched instead; nobody is left without an answer.
function catchUp() {
  if (line && line.readyState === EventSource.OPEN) return;
  for (const wait of [800, 2500, 6000]) setTimeout(fetchPage, wait);
}

async function fetchPage() {
  if (line && line.readyState === EventSource.OPEN) return;
  const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of ["talk", "card", "reads", "person", "person-top", "mine", "mine-beside", "known-beside", "known-folded", "case-head", "form-hint"]) {
    const part = page.getElementById(id);
    const old = document.getElementById(id);
    if (part && old) settle(old, document.adoptNode(part));
  }
  localTimes(document);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.hasAttribute("data-live-form")) return;
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  const files = form.files ? form.files.files : [];
  if (form.hasAttribute("data-compose")) {
    if (!String(data.get("text") || "").trim() && !files.length) return one("textarea", form).focus();
    data.set("key", `${data.get("key")}.${Date.now().toString(36)}.${++count}`);
  }
  const turn = bubble(form, data);
  fault(form, "");
  outgoing.push({ form, data, turn });
  if (form.hasAttribute("data-compose")) { form.reset(); one("textarea", form).value = ""; one("[data-picked]", form)?.replaceChildren(); grow(one("textarea", form)); }
  else {
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-disabled", "true");
  }
  work();
  if (event.submitter) setTimeout(() => event.submitter.removeAttribute("aria-disabled"), 4000);
});
addEventListener("online", work);
addEventListener("beforeunload", (event) => { if (outgoing.length) event.preventDefault(); });

// 3 Fields
const grows = CSS.supports("field-sizing", "content");
function grow(field) {
  if (grows || !field) return;
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, 240)}px`;
}

document.addEventListener("input", (event) => { if (event.target.matches("textarea")) grow(event.target); });
document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (event.key !== "Enter" || event.isComposing || !field.matches("textarea")) return;
  const quick = event.ctrlKey || event.metaKey;
  const chats = field.closest("[data-compose]") && !event.shiftKey && matchMedia("(pointer: fine)").matches;
  if (chats || (quick && field.form)) { event.preventDefault(); field.form.requestSubmit(); }
});

document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.type === "file") showPicked(field);
  if (field.form?.hasAttribute("data-filters") && field.matches("select")) field.form.requestSubmit();
});

function showPicked(field) {
  const place = one("[data-picked]", field.form);
  if (!place) return;
  const words = one("[data-compose]")?.dataset || {};
  const kept = new DataTransfer();
  const faults = [];
  for (const file of field.files) {
    if (file.size > 10 * 1024 * 1024) faults.push(`${file.name} ${words.tooLarge || ""}`);
    else if (kept.items.length === 5) faults.push(words.tooMany || "");
    else kept.items.add(file);
  }
  field.files = kept.files;
  fault(field.form, [...new Set(faults)].join(" "));
  place.replaceChildren(...[...field.files].map((file, index) => picked(field, file, index, words.remove)));
}

function picked(field, file, index, label) {
  const chip = document.createElement("span");
  const name = document.createElement("span");
  const away = document.createElement("button");
  chip.className = "chip";
  name.textContent = file.name;
  away.type = "button";
  away.textContent = "×";
  away.setAttribute("aria-label", `${label || ""} ${file.name}`.trim());
  away.addEventListener("click", () => {
    const kept = new DataTransfer();
    [...field.files].forEach((other, place) => { if (place !== index) kept.items.add(other); });
    field.files = kept.files;
    showPicked(field);
  });
  chip.append(name, away);
  return chip;
}

// 4 Comforts
function openSource(hash) {
  const part = hash && document.getElementById(hash.slice(1));
  if (part instanceof HTMLDetailsElement) part.open = true;
}

document.addEventListener("click", (event) => {
  const cite = event.target.closest(".cite");
  if (cite) { event.preventDefault(); openSource(cite.hash); one("summary", document.getElementById(cite.hash.slice(1)))?.focus({ preventScroll: true }); document.getElementById(cite.hash.slice(1))?.scrollIntoView({ block: "nearest", behavior: "smooth" }); }
  const theme = event.target.closest("[data-theme-choice]");
  if (theme) {
    const choice = theme.dataset.themeChoice;
    if (choice === "system") root.removeAttribute("data-theme"); else root.dataset.theme = choice;
  }
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const menu of all("details.menu[open]")) { menu.open = false; one("summary", menu).focus(); }
  if (event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  staffKey(event);
});

function staffKey(event) {
  if (root.dataset.density !== "staff") return;
  const step = { j: 1, k: -1 }[event.key];
  if (step) return move(step);
  const target = { "/": one("[data-find]"), c: one("#words"), n: one("#words") }[event.key];
  if (target) {
    event.preventDefault();
    if (event.key !== "/") one(`[name=action][value=${event.key === "n" ? "note" : "reply"}]`).checked = true;
    target.focus();
  }
  if (event.key === "t") one("[data-key=t]")?.click();
}

function move(step) {
  const links = all("[data-list] a");
  const here = links.findIndex((link) => link === document.activeElement || link.hasAttribute("aria-current"));
  const active = links.indexOf(document.activeElement);
  links[Math.max(0, Math.min(links.length - 1, (active >= 0 ? active : here) + step))]?.focus();
}

function toast(text) {
  const note = document.createElement("p");
  note.className = "toast";
  note.setAttribute("role", "status");
  note.textContent = text;
  document.body.append(note);
  setTimeout(() => note.remove(), 7000);
}

// Times are drawn in the desk's zone; the reader's own is nearer.
const clock = new Intl.DateTimeFormat(root.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
function localTimes(within) {
  for (const time of all("time[datetime]:not([data-age])", within)) {
    const at = new Date(time.dateTime);
    time.title = at.toLocaleString(root.lang, { dateStyle: "full", timeStyle: "short" });
    const drawnClock = /\d\d:\d\d/;
    if (drawnClock.test(time.textContent) && at.toDateString() === new Date().toDateString()) time.textContent = clock.format(at);
  }
}

function prepare(part) {
  localTimes(part);
  for (const field of all("textarea", part)) grow(field);
}

// 5 Begin
for (const part of all("#talk, #card, #reads, #person, #person-top, #mine, #mine-beside, #known-beside, #known-folded, #case-head, #case-facts, #case-told, #form-hint, #request-facts")) remember(part);
if (/[?&](lang|theme)=/.test(location.search)) {
  const address = new URL(location.href);
  address.searchParams.delete("lang");
  address.searchParams.delete("theme");
  history.replaceState(null, "", address);
}
openSource(location.hash);
prepare(document);
if (!location.hash && one("[data-compose]")) one("#talk > .turn:last-of-type")?.scrollIntoView({ block: "end" });
listen();
