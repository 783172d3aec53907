// The menu, and the start of all the rest.
const menu = document.getElementById("menu");
document.addEventListener("click", ({ target }) => { if (menu && !menu.contains(target)) menu.open = false; });
document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape" || !menu?.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// What the address has become meanwhile, without another page: that is where a choice of language leads back to.
const cameTo = location.href;
document.addEventListener("submit", ({ target }) => {
  const here = target.querySelector("[data-here]");
  if (here && location.href !== cameTo) here.value = location.pathname + location.search;
}, true);

async function start() {
  dress();
  readDrafts();
  listen();
  if (!find("time[data-ago]")) return;
  try {
    await ask("/healthz", { method: "HEAD", cache: "no-store" });
  } catch { /* then times stand as the server wrote them */ }
  dress();
}
start();
