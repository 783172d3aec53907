// Filters, heads and pages of a list in place: the same address is asked for that the link has, and what came is shown
// here, in the history too. Whatever else comes instead of that page is left to the browser.
let swapping; // the request under way: a later one ends it
const here = () => location.pathname + location.search;
let shownAt = here();

// `isBack`: the browser has the new address already.
async function swap(address, { isBack = false, toTop = false } = {}) {
  swapping?.abort();
  const mine = swapping = new AbortController();
  const go = () => isBack ? location.reload() : location.assign(address);
  main.ariaBusy = "true";
  try {
    const { answer, text } = await ask(address, { signal: mine.signal });
    if (mine.signal.aborted) return;
    if (isSignIn(answer) || answer.redirected || isOfAnother(parsed(text))) return void leave(go);
    if (answer.status >= 500 || answer.status === 429) throw new Error(answer.status);
    if (!answer.ok) return void leave(go);
    if (!isBack) history.pushState(null, "", address);
    shownAt = here();
    showSwapped(text, { isBack, toTop });
  } catch {
    if (!mine.signal.aborted) sayFailed(address, isBack);
  } finally {
    if (swapping === mine) main.ariaBusy = "false";
  }
}

function showSwapped(text, { isBack, toTop }) {
  sessionHolds();
  document.getElementById("swap-failed")?.remove();
  show(text, { quiet: true });
  for (const form of main.querySelectorAll("form[data-swap]")) {
    if (isBack) form.reset();
    for (const option of form.querySelectorAll("option")) option.selected = option.defaultSelected;
  }
  scrollToCurrent();
  const top = toTop && find(".card");
  if (top && top.getBoundingClientRect().top < 0) top.scrollIntoView({ block: "start" });
  announce(["h1", "[data-place], .empty p"].map((selector) => textOf(find(selector))).filter(Boolean).join(", "));
}

// Of strips that are wider than a phone: sideways only, for the page stays where it is.
function scrollToCurrent() {
  for (const strip of main.querySelectorAll(".chips, .tabs")) {
    const [outer, inner] = [strip, strip.querySelector("[aria-current]") ?? strip].map((each) => each.getBoundingClientRect());
    if (inner.right > outer.right || inner.left < outer.left) strip.scrollLeft += inner.left - outer.left - 16;
  }
}
scrollToCurrent();

// What is shown is still what the address says, unless somebody went back: then the list is of another one.
function sayFailed(address, isBack) {
  if (isBack) history.replaceState(null, "", shownAt);
  const link = document.createElement("a");
  Object.assign(link, { href: address, textContent: announcer.dataset.tryAgain });
  notice("swap-failed", announcer.dataset.swapFailed, link);
}

function addressOf(form) {
  const given = [...new FormData(form)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(given).toString();
  return new URL(form.action).pathname + (query && `?${query}`);
}

document.addEventListener("click", (click) => {
  const link = click.target.closest?.("a[data-swap]");
  if (!link || click.defaultPrevented || click.button || click.ctrlKey || click.metaKey || click.shiftKey || click.altKey) return;
  click.preventDefault();
  swap(link.getAttribute("href"), { toTop: link.dataset.swap === "top" });
});
document.addEventListener("submit", (submit) => {
  if (!("swap" in submit.target.dataset)) return;
  submit.preventDefault();
  swap(addressOf(submit.target));
});
// As one goes through the choices of a list the page stays, and the focus on it.
document.addEventListener("change", ({ target }) => {
  if (target.nodeName === "SELECT" && target.form?.dataset.swap !== undefined) swap(addressOf(target.form));
});
// Also told of a place within the page.
addEventListener("popstate", () => { if (here() !== shownAt) swap(here(), { isBack: true }); });
