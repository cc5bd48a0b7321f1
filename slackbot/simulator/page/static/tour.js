// A few words at a first visit, and the captions of a story that is played.
import { go, here } from "./live.js";

const KEY = "rung-tour-seen";

export function touring() {
  if (localStorage.getItem(KEY) || new URLSearchParams(location.search).has("quiet")) return;
  document.body.append(document.getElementById("tour-cards").content.cloneNode(true));
  const tour = document.querySelector(".tour");
  const cards = [...tour.querySelectorAll("li")];
  let at = -1;
  const end = () => {
    localStorage.setItem(KEY, "1");
    document.querySelector(".pointed")?.classList.remove("pointed");
    tour.remove();
    document.getElementById("write")?.focus();
  };
  const next = () => {
    at += 1;
    if (at >= cards.length) return end();
    cards.forEach((card, index) => (card.hidden = index !== at));
    document.querySelector(".pointed")?.classList.remove("pointed");
    document.querySelector(cards[at].dataset.at)?.classList.add("pointed");
    tour.querySelector("[data-tour-count]").textContent = `${at + 1} of ${cards.length}`;
    tour.querySelector("[data-tour-next]").textContent = at + 1 < cards.length ? "Next" : "Done";
  };
  tour.addEventListener("click", (event) => {
    if (event.target.closest("[data-tour-next]")) next();
    if (event.target.closest("[data-tour-end]")) end();
  });
  tour.addEventListener("keydown", (event) => event.key === "Escape" && end());
  next();
}

// While a story plays, the window goes where it happens, as whom it happens.
export function follow(box) {
  const card = box.querySelector("[data-number]");
  if (!card || card.dataset.number === follow.last) return;
  follow.last = card.dataset.number;
  const { person, place } = card.dataset;
  if ((person && person !== here().as) || (place && place !== here().in)) {
    const query = new URLSearchParams(location.search);
    if (person) query.set("as", person);
    if (place) query.set("in", place);
    query.delete("thread");
    go("/?" + query);
  }
}
