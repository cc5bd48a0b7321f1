// Keeping the window up to date: regions and messages come as HTML and are put in place of what was there.
import { modal } from "./acts.js";
import { arrive, atBottom, forget, missed, putMessage, takeAway } from "./log.js";
import { follow } from "./tour.js";

export const $ = (id) => document.getElementById(id);
let source = null;

export const here = () => document.body.dataset;

export function toast(text) {
  const box = $("toast");
  if (!text) return;
  box.textContent = text;
  box.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => (box.hidden = true), 6000);
}

export async function send(path, body) {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return await response.json();
  } catch {
    return { error: "The simulator does not answer. Is `rung demo` still running?" };
  }
}

export function listen() {
  source?.close();
  source = new EventSource("/live" + location.search);
  let before = false;
  source.onopen = () => {
    if (before) missed();
    before = true;
  };
  source.onmessage = (event) => JSON.parse(event.data).forEach(put);
}

function put(patch) {
  if ("region" in patch) putRegion(patch.region, patch.html);
  else if ("message" in patch) putMessage(patch.message, patch.html);
  else if ("gone" in patch) takeAway(patch.gone);
  else document.title = (patch.calls ? `(${patch.calls}) ` : "") + patch.title;
}

export function fragment(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  return box.content;
}

// A region is drawn anew as a whole; what a person has typed, opened, focused or scrolled in it stays.
function putRegion(name, html) {
  const box = document.querySelector(`[data-region="${name}"]`);
  if (!box || box.dataset.html === html) return;
  const known = box.dataset.html !== undefined;
  box.dataset.html = html;
  if (!known && sameShape(box, html)) return;
  if (name === "modal") return modal(html);
  const focus = document.activeElement;
  const focused = box.contains(focus) ? { id: focus.id, href: focus.getAttribute("href"), at: focus.selectionStart } : null;
  const typed = new Map([...box.querySelectorAll("textarea[id], input[id]")].map((field) => [field.id, field.value]));
  const open = new Set([...box.querySelectorAll("details[open]")].map(nameOf));
  const scroll = box.querySelector(".scroll")?.scrollTop;
  const low = name === "thread" && atBottom(box.querySelector(".scroll"));
  box.replaceChildren(fragment(html));
  typed.forEach((value, id) => $(id) && ($(id).value = value));
  box.querySelectorAll("details").forEach((each) => open.has(nameOf(each)) && (each.open = true));
  const inner = box.querySelector(".scroll");
  if (inner && scroll !== undefined) inner.scrollTop = low ? inner.scrollHeight : scroll;
  if (focused) {
    const field = (focused.id && $(focused.id)) || (focused.href && box.querySelector(`[href="${CSS.escape(focused.href)}"]`));
    field?.focus();
    if (focused.at != null) field?.setSelectionRange?.(focused.at, focused.at);
  }
  if (name === "caption") follow(box);
}

const nameOf = (each) => each.id || each.querySelector("summary")?.textContent.trim();

// The first patches repeat what the page came with: only what differs is put in place.
function sameShape(box, html) {
  const copy = document.createElement("div");
  copy.append(fragment(html));
  return copy.innerHTML === box.innerHTML;
}

// Go to another window's address: the page is fetched, its parts take the places of ours.
export async function go(address, { push = true } = {}) {
  const url = new URL(address, location.href);
  const was = new URLSearchParams(location.search);
  const draft = $("write")?.value;
  const response = await fetch(url.pathname + url.search);
  const next = new DOMParser().parseFromString(await response.text(), "text/html");
  if (push) history.pushState(null, "", url);
  Object.assign(document.body.dataset, next.body.dataset);
  document.title = next.title;
  document.querySelector(".frame").className = next.querySelector(".frame").className;
  const moved = was.get("in") !== url.searchParams.get("in") || was.get("as") !== url.searchParams.get("as");
  for (const part of next.querySelectorAll("[data-region]")) {
    const box = document.querySelector(`[data-region="${part.dataset.region}"]`);
    delete box.dataset.html;
    if (part.dataset.region === "modal") modal(part.innerHTML);
    else if (part.dataset.region !== "compose" || moved) box.replaceChildren(...part.childNodes);
  }
  if (moved) {
    $("scroll").replaceChildren(...next.getElementById("scroll").childNodes);
    forget();
    if (draft && $("write") && was.get("in") === url.searchParams.get("in")) $("write").value = draft;
  }
  listen();
  arrive(url.hash, moved);
}
