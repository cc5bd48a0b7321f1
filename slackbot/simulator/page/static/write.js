// The composer: Enter sends, Shift+Enter breaks the line; / @ and # offer what there is.
import { here, send, toast } from "./live.js";
import { toNewest } from "./log.js";

let names = null;
let offered = [];
let at = 0;

const list = () => document.getElementById("offers");

function grow(box) {
  box.style.height = "";
  box.rows = Math.min(8, Math.max(1, box.value.split("\n").length));
}

// The word under the cursor, where it begins with a sign that names something.
function asked(box) {
  const before = box.value.slice(0, box.selectionStart);
  const word = /(^\/|(?:^|\s)[@#])([\w.-]*)$/.exec(before);
  return word && { sign: word[1].trim(), word: word[1].trim() + word[2], from: before.length - word[2].length - 1 };
}

async function offer(box) {
  if (asked(box)) names ??= await (await fetch("/names")).json();
  // Looked at only now: more may have been typed while the names were on their way.
  const found = asked(box);
  offered = found ? names[found.sign].filter((each) => each.name.startsWith(found.word)).slice(0, 8) : [];
  at = 0;
  show(box);
}

function show(box) {
  const items = offered.map((each, index) => {
    const item = document.createElement("li");
    item.id = "offer-" + index;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(index === at));
    const name = Object.assign(document.createElement("b"), { textContent: each.name });
    const hint = Object.assign(document.createElement("code"), { textContent: each.hint || "" });
    item.append(name, " ", hint, Object.assign(document.createElement("small"), { textContent: each.says }));
    item.onmousedown = (event) => (event.preventDefault(), (at = index), take(box));
    return item;
  });
  list()?.replaceChildren(...items);
  if (list()) list().hidden = !items.length;
  box.setAttribute("aria-expanded", String(items.length > 0));
  if (items.length) box.setAttribute("aria-activedescendant", "offer-" + at);
  else box.removeAttribute("aria-activedescendant");
}

function take(box) {
  const found = asked(box);
  if (!found) return;
  const rest = box.value.slice(box.selectionStart);
  box.value = box.value.slice(0, found.from) + offered[at].name + " " + rest;
  box.selectionStart = box.selectionEnd = found.from + offered[at].name.length + 1;
  offered = [];
  show(box);
}

async function say(form) {
  const box = form.querySelector("textarea");
  const text = box.value;
  if (!text.trim()) return;
  box.value = "";
  grow(box);
  const { channel, thread } = form.dataset;
  const answer = await send("/act", { do: "say", as: here().as, channel, thread, text });
  if (answer.error) {
    toast(answer.error);
    if (!box.value) box.value = text;
  } else if (!thread) toNewest();
}

function key(event) {
  const box = event.target;
  if (offered.length && box.id === "write") {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) {
      at = (at + moves[event.key] + offered.length) % offered.length;
      event.preventDefault();
      return show(box);
    }
    const whole = asked(box)?.word === offered[at].name;
    if (event.key === "Tab" || (event.key === "Enter" && !whole)) {
      event.preventDefault();
      return take(box);
    }
    if (event.key === "Escape") {
      offered = [];
      return show(box);
    }
  }
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    offered = [];
    if (box.id === "write") show(box);
    say(box.form);
  }
}

export function writing() {
  document.addEventListener("keydown", (event) => event.target.matches?.(".write textarea") && key(event));
  document.addEventListener("input", (event) => {
    if (!event.target.matches(".write textarea")) return;
    grow(event.target);
    if (event.target.id === "write") offer(event.target);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-write]")) return;
    event.preventDefault();
    say(event.target);
  });
}
