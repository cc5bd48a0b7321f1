// The messages of the conversation. A stretch of it is in the page, never much more than MOST; the rest comes as one
// scrolls there, and what is far from it goes, so that a long channel is as quick as a short one.
import { $, fragment } from "./live.js";

const MOST = 200;
const SLACK = 50;
const NEAR = 300;
let pinned = true;
let loading = null;

export const atBottom = (box) => !box || box.scrollHeight - box.scrollTop - box.clientHeight < 60;
const isMessage = (each) => each.matches(".msg");
const atEnd = () => $("newest")?.hidden !== false;

// Whoever looks at the newest message keeps looking at it, whatever grows or comes meanwhile.
export function pinning() {
  const scroll = $("scroll");
  const keep = () => pinned && (scroll.scrollTop = scroll.scrollHeight);
  scroll.addEventListener("scroll", () => {
    pinned = atBottom(scroll) && atEnd();
    if (scroll.scrollTop < NEAR) older();
    if (scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR) newer();
  }, { passive: true });
  document.addEventListener("click", (event) => {
    if (event.target.closest("#older")) older();
    if (event.target.closest("#newest")) toNewest();
  });
  const sizes = new ResizeObserver(keep);
  pinning.watch = () => {
    sizes.disconnect();
    [scroll, $("log")].forEach((box) => box && sizes.observe(box));
    keep();
  };
  pinning.watch();
}

export function putMessage(key, html) {
  const log = $("log");
  if (!log) return;
  const old = $("m" + key);
  const drawn = [...fragment(html).children];
  const message = drawn.find(isMessage);
  if (old) {
    if (old.outerHTML === message.outerHTML) return;
    const focused = old.contains(document.activeElement);
    const label = focused && document.activeElement.getAttribute("data-action");
    message.classList.add("changed");
    old.replaceWith(message);
    if (focused) (message.querySelector(`[data-action="${label}"]`) || message).focus();
    return;
  }
  const last = messageFrom(log.lastElementChild, "previousElementSibling");
  if (last && last.dataset.key < key && !atEnd()) return; // newer than what is in the page
  let after = last;
  while (after && after.dataset.key > key) after = messageFrom(after.previousElementSibling, "previousElementSibling");
  if (!after && last && !$("older").hidden) return; // older than what is in the page
  const days = drawn.filter((each) => each !== message);
  if (after) after.after(...days, message);
  else log.prepend(...days, message);
  message.classList.add("arrived");
  if (pinned) trim(log, "start", MOST + SLACK);
}

export const takeAway = (key) => $("m" + key)?.remove();

function messageFrom(each, step) {
  while (each && !isMessage(each)) each = each[step];
  return each;
}

const older = () => load("before", messageFrom($("log")?.firstElementChild, "nextElementSibling"), $("older"));
const newer = () => load("after", messageFrom($("log")?.lastElementChild, "previousElementSibling"), $("newest"));

// Fetch the stretch beside what is there, put it in and let the far end go; what is looked at stays where it stands.
async function load(side, edge, mark) {
  const log = $("log");
  if (!edge || loading || mark.hidden) return;
  loading = log;
  try {
    const found = await stretch({ [side]: edge.dataset.key });
    if (log !== $("log")) return; // gone elsewhere meanwhile
    const stood = edge.getBoundingClientRect().top;
    quietly(log, () => {
      if (side === "before") log.prepend(fragment(found.html.join("")));
      else log.append(fragment(found.html.join("")));
      trim(log, side === "before" ? "end" : "start", MOST);
    });
    $("scroll").scrollTop += edge.getBoundingClientRect().top - stood;
    mark.hidden = side === "before" ? !found.older : !found.newer;
  } finally {
    if (loading === log) loading = null;
  }
}

async function stretch(cut) {
  const query = new URLSearchParams(location.search);
  Object.entries(cut).forEach(([name, key]) => query.set(name, key));
  return (await fetch("/messages?" + query)).json();
}

// What is loaded by scrolling is no news: screen readers are not to read it out.
function quietly(log, change) {
  log.setAttribute("aria-live", "off");
  change();
  setTimeout(() => log.setAttribute("aria-live", "polite"), 500);
}

// Let messages go from one end, but never one that somebody's focus, menu or selection is in, nor what lies before it.
function trim(log, end, most) {
  let count = log.querySelectorAll(".msg").length;
  if (count <= most) return;
  const edge = end === "start" ? "firstElementChild" : "lastElementChild";
  while (log[edge] && (count > MOST || !isMessage(log[edge]))) {
    if (inUse(log[edge])) break;
    count -= Number(isMessage(log[edge]));
    log[edge].remove();
  }
  $(end === "start" ? "older" : "newest").hidden = false;
}

// A click focuses what it hits; only a focus that is shown is somebody's place.
const FOCUSED = ":focus-visible, :has(:focus-visible)";
const selected = (each) => !getSelection().isCollapsed && getSelection().containsNode(each, true);
const inUse = (each) => each.matches(FOCUSED) || each.querySelector("details[open]") || selected(each);

async function show(cut, pin) {
  const log = $("log");
  const found = await stretch(cut);
  if (log !== $("log")) return;
  quietly(log, () => log.replaceChildren(fragment(found.html.join(""))));
  $("older").hidden = !found.older;
  $("newest").hidden = !found.newer;
  pinned = pin;
  if (pin) $("scroll").scrollTop = $("scroll").scrollHeight;
}

// After a line that was cut only the newest messages come by themselves; what was said before them is not to be left out.
export function missed() {
  if (!$("log") || !atEnd()) return;
  if (pinned) show({}, true);
  else $("newest").hidden = false;
}

// Whoever looked back and says something, or asks for it, is back at the end.
export async function toNewest() {
  if (!$("log")) return;
  if (!atEnd()) await show({}, true);
  pinned = true;
  $("scroll").scrollTop = $("scroll").scrollHeight;
}

export function forget() {
  loading = null;
}

// Where to look after arriving: at the message a link names, else at the newest.
export async function arrive(hash = location.hash, moved = true) {
  const name = hash.length > 1 ? decodeURIComponent(hash.slice(1)) : "";
  if (name.startsWith("m") && !$(name) && $("log")) await show({ around: name.slice(1) }, false);
  const named = name && $(name);
  pinned = !named && atEnd() && (pinned || moved);
  if (named) {
    named.scrollIntoView({ block: "center" });
    named.focus({ preventScroll: true });
    named.classList.add("arrived");
  }
  pinning.watch?.();
  const seen = new IntersectionObserver((found) => found.some((each) => each.isIntersecting) && older(), { root: $("scroll") });
  if ($("older")) seen.observe($("older"));
  document.querySelector(".thread .scroll")?.scrollTo(0, 1e9);
  if (moved && !named && matchMedia("(hover: hover)").matches && !document.querySelector("dialog[open]")) $("write")?.focus();
}
