// The clock runs on by itself: the server says where it stood (in the zone of whoever acts), since when, how fast.
export function ticking() {
  const tick = () => {
    const clock = document.getElementById("clock");
    if (!clock) return;
    const { at, since, rate } = clock.dataset;
    // The wall time is written out with its offset: read as UTC and shown as UTC it stays what it is there.
    const wall = Date.parse(at.slice(0, 19) + "Z") + (Date.now() - Number(since)) * Number(rate);
    const say = (options) => new Date(wall).toLocaleString("en-US", { timeZone: "UTC", ...options });
    clock.querySelector("[data-time]").textContent = say({ hour: "numeric", minute: "2-digit", second: "2-digit" });
    clock.querySelector("[data-day]").textContent = [say({ weekday: "short" }), say({ day: "numeric" }), say({ month: "short" })].join(" ");
  };
  tick();
  setInterval(tick, 200);
}
