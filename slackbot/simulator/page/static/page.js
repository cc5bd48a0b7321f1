// The page's own script: it shows what the server sends and sends what people do. Loaded as a module, no build step.
import { listen, go, here } from "./live.js";
import { arrive, pinning } from "./log.js";
import { acting } from "./acts.js";
import { writing } from "./write.js";
import { ticking } from "./clock.js";
import { touring } from "./tour.js";

// Links of the page change the window in place, so that drafts, focus and the open connection survive.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-nav]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  document.body.classList.remove("drawer");
  // Messages look the same whatever stands beside them, so their links leave the panel to us.
  const to = new URL(link.href);
  if (link.closest(".msg") && here().panel) to.searchParams.set("panel", here().panel);
  go(to.href);
});
addEventListener("popstate", () => go(location.href, { push: false }));

// Menus are <details>: one open at a time, closed by Escape and by a click elsewhere.
const shut = (except) =>
  document.querySelectorAll("details[data-menu][open]").forEach((menu) => menu !== except && (menu.open = false));
document.addEventListener("click", (event) => {
  const menu = event.target.closest("details[data-menu]");
  const chosen = event.target.closest(".sheet a, .sheet button");
  shut(chosen ? null : menu);
});
// An open menu must not be cut off: not by the message it belongs to, nor by the lower edge.
document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target;
    if (!menu.matches?.("details[data-menu]")) return;
    menu.closest(".msg")?.classList.toggle("menu-open", menu.open);
    const sheet = menu.querySelector(".sheet");
    sheet.classList.remove("up");
    const edge = (menu.closest(".scroll") ?? document.body).getBoundingClientRect().bottom;
    if (menu.open) sheet.classList.toggle("up", sheet.getBoundingClientRect().bottom > edge);
  },
  true,
);
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-menu][open]");
  if (menu && event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopPropagation();
  }
  if (menu && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const things = [...menu.querySelectorAll(".sheet a, .sheet button")];
    const at = things.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    things[(at + things.length) % things.length]?.focus();
    event.preventDefault();
  }
  // Up and down go from message to message, as in Slack.
  const message = event.target.closest?.(".msg");
  if (message === event.target && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    let next = message;
    do next = event.key === "ArrowUp" ? next.previousElementSibling : next.nextElementSibling;
    while (next && !next.matches(".msg"));
    next?.focus();
    event.preventDefault();
  }
});
// On a narrow screen the conversations are a drawer: the focus goes in with it and comes out again.
const drawer = () => {
  const open = document.body.classList.toggle("drawer");
  requestAnimationFrame(() => document.querySelector(open ? ".side [data-drawer]" : ".top [data-drawer]")?.focus());
};
document.addEventListener("click", (event) => event.target.closest("[data-drawer]") && drawer());
document.addEventListener("keydown", (event) => event.key === "Escape" && document.body.matches(".drawer") && drawer());

listen();
pinning();
acting();
writing();
ticking();
touring();
arrive();
