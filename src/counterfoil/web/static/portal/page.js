// The page read again and shown: what changed is said in one sentence and marked for a moment.
const LIMIT = 20_000;
const MARKED = 4000;
const BY_ITSELF = { Accept: "text/html", "X-Counterfoil-By-Itself": "1" };

// Every request has an end: one that is never answered would hold up all later ones.
async function ask(address, { signal, ...options } = {}) {
  const limit = new AbortController();
  signal?.addEventListener("abort", () => limit.abort());
  const timer = setTimeout(() => limit.abort(), LIMIT);
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" }, ...options, signal: limit.signal });
    setClock(answer.headers.get("date"));
    return { answer, text: await answer.text() };
  } finally {
    clearTimeout(timer);
  }
}

let busy = false;
let again = false;
let shown = "";

async function refetch() {
  if (busy) return void (again = true);
  busy = true;
  const address = location.href;
  try {
    const found = await ask(address, { headers: BY_ITSELF });
    if (address === location.href) look(found);
    else again = true;
  } catch { /* no connection: what is shown tells its age, the next change or look tries again */ }
  busy = false;
  if (again) { again = false; refetch(); }
}

function look({ answer, text }) {
  if (isSignIn(answer)) return sessionEnded();
  if (answer.redirected || isOfAnother(parsed(text))) return leave(() => location.reload());
  if (!answer.ok) return;
  sessionHolds();
  if (!isEdited()) show(text);
}

const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

function show(text, { quiet = false } = {}) {
  if (text === shown) return;
  shown = text;
  const page = parsed(text);
  const fresh = page.getElementById("main");
  const before = find("[data-announce]")?.textContent;
  const restore = keepPlace();
  const changed = new Set();
  patchAttributes(main, fresh);
  patchChildren(main, fresh, changed);
  document.title = page.title;
  dress();
  restore();
  document.dispatchEvent(new Event("shown"));
  if (quiet) return;
  const blocks = blocksOf(changed);
  mark(blocks);
  const news = find("[data-announce]")?.textContent;
  announce(news && news !== before ? news : sentenceFor(blocks));
}

// For what had to be replaced all the same: by id, else by what it leads to.
function keepPlace() {
  const held = document.activeElement;
  const opened = [...main.querySelectorAll("details[open]")].map((details) => details.id).filter(Boolean);
  const typed = [...main.querySelectorAll("input:not([type=hidden]), select")].filter((field) => field.id && !field.closest("[data-edit]"));
  const path = held.id ? `#${CSS.escape(held.id)}` : held.href ? `a[href="${CSS.escape(held.getAttribute("href"))}"]`
    : held.form?.getAttribute("action") ? `form[action="${CSS.escape(held.form.getAttribute("action"))}"] button` : "";
  const beside = held.closest(".paging") ? ".paging a" : path;
  const within = main.contains(held) && held !== main;
  return () => {
    for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
    for (const old of typed.filter((field) => !field.isConnected)) {
      Object.assign(document.getElementById(old.id) ?? {}, { value: old.value, checked: old.checked });
    }
    if (within && !held.isConnected) ((path && (find(path) ?? find(beside))) || main).focus({ preventScroll: true });
  };
}

function blocksOf(changed) {
  const told = [...changed].filter((element) => element.isConnected && !element.closest("[data-ago], .fresh, output"));
  const blocks = told.map((element) => element.closest("tr, li, .notice, dl > div") ?? element.closest("p, h1, h2, dd, td, address, section, form") ?? element);
  return [...new Set(blocks)].filter((block) => block !== main);
}

function mark(blocks) {
  for (const block of blocks) block.classList.add("is-changed");
  setTimeout(() => { for (const block of blocks) block.classList.remove("is-changed"); }, MARKED);
}

const textOf = (element) => element?.textContent.trim().replace(/\s+/g, " ") ?? "";

function sentenceFor(blocks) {
  const rows = blocks.filter((block) => block.matches("tbody tr, li"));
  const { changedOne, changedMany, changedPage } = announcer.dataset;
  if (rows.length > 1) return changedMany.replace("#", rows.length);
  if (!rows.length) return blocks.length ? changedPage : "";
  const [row] = rows;
  const said = [row.querySelector("a, strong, h2, h3"), ...row.querySelectorAll(".badge")].map(textOf).filter(Boolean);
  return changedOne.replace("@", () => said.join(", ") || textOf(row).slice(0, 100));
}

function announce(sentence) {
  if (!sentence) return;
  announcer.textContent = "";
  setTimeout(() => { announcer.textContent = sentence; }, 50);
}

// To where one came from, with its filter: a page of ours, and nothing that only looks like one.
const LEAD_BACK = ["/", "/invoices", "/statement", "/transactions", "/credit"];

function leadBack() {
  const back = find("a[data-back]");
  if (!back || !URL.canParse(document.referrer)) return;
  const { origin, pathname, search } = new URL(document.referrer);
  if (origin !== location.origin || !LEAD_BACK.includes(pathname)) return;
  back.href = pathname + search;
  if (pathname !== "/invoices" || search) back.querySelector("span").textContent = back.dataset.back;
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copies]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copies);
    announce(button.dataset.copied);
    button.textContent = button.dataset.copied;
  } catch { // not allowed here: then it can be selected
    const address = button.parentElement.querySelector("code");
    delete address.dataset.withoutScript;
    address.hidden = false;
    getSelection().selectAllChildren(address);
  }
});

function dress() {
  tellAges();
  find("[data-print]")?.removeAttribute("hidden");
  find("[data-copies]")?.removeAttribute("hidden");
  for (const each of main.querySelectorAll("[data-without-script]")) each.hidden = true;
  leadBack();
}
