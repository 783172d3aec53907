// The menu, and the start of all the rest.
const menu = document.getElementById("menu");
document.addEventListener("click", ({ target }) => { if (menu && !menu.contains(target)) menu.open = false; });
document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape" || !menu?.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

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
