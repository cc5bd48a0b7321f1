// What people press, choose and submit. The server answers with what is wrong; what went well comes by itself.
import { here, send, toast } from "./live.js";

// Whoever types to find an option in a menu would begin anew in one that is drawn anew: it waits so many milliseconds.
const SEARCHING = 1000;
let keyedAt = -SEARCHING;

const dialog = () => document.getElementById("modal");

// A control says by its data- attributes what it is; what it stands in says where.
function about(control) {
  const home = control.closest("[data-view]");
  const message = control.closest("[data-ts]");
  const where = home ? { view: home.dataset.view, values: values(home) } : { channel: message?.dataset.channel, ts: message?.dataset.ts };
  return { as: here().as, ...where, block: control.dataset.block, action: control.dataset.action };
}

export function values(form) {
  const found = {};
  for (const field of form.querySelectorAll("[data-choose]")) {
    (found[field.dataset.block] ??= {})[field.dataset.action] = valueOf(field);
  }
  return found;
}

function valueOf(field) {
  if (field.matches(".choices")) {
    const chosen = [...field.querySelectorAll("input:checked")].map((each) => each.value);
    return field.dataset.kind === "radio_buttons" ? (chosen[0] ?? null) : chosen;
  }
  if (field.matches("[data-external]")) {
    const picked = JSON.parse(field.dataset.picked);
    return field.dataset.several === "true" ? picked : (picked[0] ?? null);
  }
  if (field.type === "file") return [...field.files].map((each) => each.name);
  return field.value === "" ? null : field.value;
}

// Give a field what another of its name holds: what was chosen there and can still be chosen here.
function takeOver(field, old) {
  if (field.type === "file") return;
  field.dataset.typed = "";
  if (field.matches(".choices")) {
    const chosen = new Set([...old.querySelectorAll("input:checked")].map((each) => each.value));
    for (const each of field.querySelectorAll("input")) each.checked = chosen.has(each.value);
  } else if (field.matches("[data-external]")) {
    field.dataset.picked = old.dataset.picked;
    field.querySelector("input").value = old.querySelector("input").value;
    offer(field, [...old.querySelector(".offers").children]);
  } else if (!field.options || [...field.options].some((each) => each.value === old.value)) {
    field.value = old.value;
  }
}

async function tell(control, body) {
  control?.setAttribute("aria-busy", "true");
  const answer = await send("/act", body);
  control?.removeAttribute("aria-busy");
  if (answer.error) toast(answer.error);
  return answer;
}

// Ask what the app wants to be confirmed, in the words it gave.
function confirmed(control) {
  if (!control.dataset.confirm) return Promise.resolve(true);
  const [title, text, yes, no, style] = JSON.parse(control.dataset.confirm);
  const box = document.createElement("dialog");
  box.className = "modal confirm";
  box.setAttribute("aria-labelledby", "confirm-title");
  const make = (tag, words, names) => Object.assign(document.createElement(tag), { textContent: words, ...names });
  const form = make("form", "", { method: "dialog" });
  const buttons = make("footer", "");
  buttons.append(
    make("button", no, { className: "btn", value: "no" }),
    make("button", yes, { className: "btn " + (style || "primary"), value: "yes" }),
  );
  form.append(make("h2", title, { id: "confirm-title" }), make("p", text), buttons);
  box.append(form);
  document.body.append(box);
  box.showModal();
  return new Promise((done) =>
    box.addEventListener("close", () => {
      box.remove();
      done(box.returnValue === "yes");
    }),
  );
}

async function press(control) {
  const request = about(control);
  if (!(await confirmed(control))) return;
  const { option, value } = control.dataset;
  await tell(control, { do: "press", ...request, option, value });
}

async function choose(field, entered = false) {
  if (field.type === "file") return;
  const request = about(field);
  const typed = field.matches("input:not([type=date], [type=time], [type=datetime-local]), textarea");
  if (typed && !entered && request.view) return;
  if (!(await confirmed(field))) return;
  await tell(field, { do: "choose", ...request, value: valueOf(field), entered });
}

// A modal comes as HTML. Drawn anew, its fields keep what was typed and chosen here where block and action are the same,
// as Slack's do; it may have been drawn before the last choice was heard of.
export function modal(html) {
  const box = dialog();
  clearTimeout(modal.later);
  const wait = keyedAt + SEARCHING - performance.now();
  if (wait > 0 && document.activeElement?.matches("#modal select")) {
    modal.later = setTimeout(modal, wait, html);
    return;
  }
  const old = box.querySelector("form");
  const { id: focus, selectionStart: from, selectionEnd: to } = document.activeElement ?? {};
  const kept = old?.querySelectorAll("[data-typed]") ?? [];
  const scroll = box.querySelector(".fields")?.scrollTop;
  box.innerHTML = html;
  const form = box.querySelector("form");
  if (!form) {
    if (box.open) box.close();
    return;
  }
  const same = old?.dataset.view === form.dataset.view;
  if (same) {
    for (const before of kept) {
      const { block, action } = before.dataset;
      const field = [...form.querySelectorAll("[data-choose]")].find((each) => each.dataset.block === block && each.dataset.action === action);
      if (field) takeOver(field, before);
    }
    box.querySelector(".fields").scrollTop = scroll;
  }
  box.querySelectorAll("[data-external]").forEach(showPicked);
  if (!box.open) box.showModal();
  const first = form.querySelector("[autofocus]") || form.querySelector(".fields input, .fields textarea, .fields select") || form.querySelector("footer .primary, footer button");
  const again = same && focus && document.getElementById(focus);
  (again || first)?.focus();
  if (again && from != null && again.setSelectionRange && again.type !== "number") again.setSelectionRange(from, to);
}

function problems(form, found) {
  form.querySelectorAll(".b-input").forEach((block) => {
    const said = found[block.dataset.block] || "";
    block.classList.toggle("wrong", Boolean(said));
    block.querySelector(".problem").textContent = said;
    block.querySelectorAll("input, textarea, select").forEach((field) => field.toggleAttribute("aria-invalid", Boolean(said)));
  });
  form.querySelector(".wrong input, .wrong textarea, .wrong select")?.focus();
  form.querySelector(".wrong")?.scrollIntoView({ block: "nearest" }); // what is wrong stands below the field
}

async function submit(form) {
  const answer = await tell(form.querySelector("[type=submit]"), { do: "submit", as: here().as, view: form.dataset.view, values: values(form) });
  const now = dialog().querySelector("form"); // it may have been drawn anew meanwhile
  if (now?.dataset.view === form.dataset.view) problems(now, answer.problems || {});
}

const close = (all) => {
  const form = dialog().querySelector("form");
  if (form) tell(null, { do: "close", as: here().as, view: form.dataset.view, all });
};

function showPicked(field) {
  const box = field.querySelector(".picked");
  box.replaceChildren(
    ...JSON.parse(field.dataset.picked).map((option, at) => {
      const chip = Object.assign(document.createElement("button"), { type: "button", className: "chip", textContent: option.text.text + " ✕" });
      chip.setAttribute("aria-label", `Remove ${option.text.text}`);
      chip.onclick = () => setPicked(field, JSON.parse(field.dataset.picked).filter((_, other) => other !== at));
      return chip;
    }),
  );
}

function setPicked(field, options) {
  field.dataset.picked = JSON.stringify(options);
  field.dataset.typed = "";
  showPicked(field);
  choose(field, true);
}

// Ask the app what fits what was typed. Meanwhile more may be typed, and the field be drawn anew.
async function suggest(input) {
  const asked = input.value;
  const field = input.closest("[data-external]");
  field.dataset.typed = "";
  const { values: _, ...where } = about(field); // nothing else of the form is told by typing here
  const enough = asked.length >= Number(field.dataset.least);
  const { options = [] } = enough ? await tell(field, { do: "suggest", ...where, value: asked }) : {};
  const now = document.getElementById(input.id);
  if (now?.value === asked) offer(now.closest("[data-external]"), options.map(offered));
}

function offered(option) {
  const item = Object.assign(document.createElement("li"), { textContent: option.text.text, tabIndex: 0 });
  item.setAttribute("role", "option");
  item.onclick = () => pick(item.closest("[data-external]"), option);
  item.onkeydown = (event) => event.key === "Enter" && (event.preventDefault(), item.click());
  return item;
}

function offer(field, items) {
  const list = field.querySelector(".offers");
  list.replaceChildren(...items);
  list.hidden = !items.length;
  field.querySelector("input").setAttribute("aria-expanded", String(!list.hidden));
}

function pick(field, option) {
  const input = field.querySelector("input");
  input.value = "";
  offer(field, []);
  setPicked(field, field.dataset.several === "true" ? [...JSON.parse(field.dataset.picked), option] : [option]);
  input.focus();
}

export function acting() {
  document.addEventListener("click", async (event) => {
    const control = event.target.closest("[data-press], [data-do], [data-stage], [data-close], [data-close-all], [data-home]");
    if (!control) return;
    if (control.matches("[data-press]")) return press(control);
    if (control.matches("[data-close], [data-close-all]")) return close(control.matches("[data-close-all]"));
    if (control.matches("[data-home]")) return tell(null, { do: "home", as: here().as });
    if (control.matches("[data-stage]")) {
      const { stage, rate, target } = control.dataset;
      const answer = await send("/stage", { do: stage, rate, target });
      return toast(answer.error || answer.said);
    }
    const { do: doing, name, channel } = control.dataset;
    tell(control, { do: doing, name, ...about(control), ...(channel ? { channel } : {}) });
  });
  document.addEventListener("change", (event) => {
    const field = event.target.closest("[data-choose]");
    if (!field || event.target.matches(".external input")) return;
    field.dataset.typed = "";
    choose(field);
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches(".external input")) suggest(event.target);
    else if (event.target.matches("[data-choose]")) event.target.dataset.typed = "";
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.length === 1 && event.target.matches("#modal select")) keyedAt = performance.now();
    const typed = event.target.closest("#modal input[data-choose], .home input[data-choose]");
    if (typed && event.key === "Enter" && typed.type === "text") choose(typed, true);
  });
  const box = dialog();
  box.addEventListener("submit", (event) => (event.preventDefault(), submit(event.target)));
  box.addEventListener("cancel", (event) => (event.preventDefault(), close(false)));
  const form = box.querySelector("form");
  if (form) modal(box.innerHTML);
}
