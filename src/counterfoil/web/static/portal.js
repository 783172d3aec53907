// Makes pages live: ages of data, changes as they happen, the wait for a payment. Everything works without it.
const POLL = 5000;
const main = document.getElementById("main");
const UNITS = [["day", 86400, "short"], ["hour", 3600, "short"], ["minute", 60, "short"], ["second", 1, "narrow"]];

const find = (selector) => main.querySelector(selector);

function tellAges() {
  for (const time of main.querySelectorAll("time[data-ago]")) {
    const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000;
    const age = seconds < 5 ? 0 : seconds;
    const [unit, size, style] = UNITS.find(([, size]) => age >= size) ?? UNITS.at(-1);
    time.title ||= time.textContent;
    time.textContent = new Intl.RelativeTimeFormat(document.documentElement.lang, { style, numeric: age ? "always" : "auto" }).format(-Math.floor(age / size), unit);
  }
}

function dress() {
  tellAges();
  find("[data-print]")?.removeAttribute("hidden");
  find("[data-without-script]")?.setAttribute("hidden", "");
}

// The same element after the swap: by id, else by what it leads to.
function keepPlace() {
  const held = document.activeElement;
  const opened = [...main.querySelectorAll("details[open]")].map((details) => details.id);
  const fields = [...main.querySelectorAll("input:not([type=hidden]), select")].filter((field) => !field.closest("[data-edit]"));
  const typed = new Map(fields.map((field) => [field.id, field]));
  const path = held.id ? `#${held.id}` : held.href ? `a[href="${CSS.escape(held.getAttribute("href"))}"]`
    : held.form?.getAttribute("action") ? `form[action="${held.form.getAttribute("action")}"] button` : "";
  const within = main.contains(held) && held !== main;
  return () => {
    for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
    for (const [id, { value, checked }] of typed) Object.assign(document.getElementById(id) ?? {}, { value, checked });
    if (within) ((path && find(path)) || main).focus({ preventScroll: true });
  };
}

// A form that somebody is filling in is never taken from under their hands; what changed meanwhile shows when they save.
function isEdited() {
  const form = find("form[data-edit]");
  if (!form || "draft" in form.dataset) return Boolean(form);
  return [...form.elements].some((field) => field.options ? [...field.options].some((option) => option.selected !== option.defaultSelected)
    : field.type === "checkbox" ? field.checked !== field.defaultChecked
    : field.type !== "hidden" && field.value !== (field.defaultValue ?? field.value));
}

// Another tab may have switched to another account, or somebody else have signed in: nothing of theirs under this name.
function isOfAnother(text) {
  const { client, person } = new DOMParser().parseFromString(text, "text/html").body.dataset;
  return Boolean(person) && (person !== document.body.dataset.person || client !== document.body.dataset.client);
}

let shown = "";
let busy = false;
let again = false;

async function refetch() {
  if (busy) return void (again = true);
  busy = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html", "X-Counterfoil-By-Itself": "1" } });
    const text = await answer.text();
    if (answer.status === 401 || answer.redirected || isOfAnother(text)) location.reload();
    else if (answer.ok && !isEdited()) show(text);
  } catch { /* no connection: what is shown tells its age, the next change or poll tries again */ }
  busy = false;
  if (again) { again = false; refetch(); }
}

function show(text) {
  if (text === shown) return;
  shown = text;
  const page = new DOMParser().parseFromString(text, "text/html");
  const fresh = page.getElementById("main");
  const before = find("[data-announce]")?.textContent;
  const restore = keepPlace();
  main.replaceChildren(...fresh.childNodes);
  for (const name of ["live", "poll"]) {
    if (name in fresh.dataset) main.dataset[name] = fresh.dataset[name];
    else delete main.dataset[name];
  }
  document.title = page.title;
  dress();
  restore();
  document.dispatchEvent(new Event("shown"));
  const news = find("[data-announce]")?.textContent;
  if (news && news !== before) document.getElementById("announcer").textContent = news;
}

let stream;
function listen() {
  if (stream || !main.dataset.live || (document.hidden && !main.dataset.poll)) return;
  stream = new EventSource("/api/v1/events");
  stream.addEventListener("changed", ({ data }) => {
    const { resource, id } = JSON.parse(data);
    const live = main.dataset.live.split(" ");
    if (live.includes(resource) || live.includes(`${resource}:${id}`)) refetch();
  });
}

// Whoever comes back from WHMCS may have changed something there a moment ago: what is kept then is 2 s old at most.
async function comeBack() {
  if (find("[data-waiting]")) {
    try {
      await fetch("/return/invoices", { redirect: "manual", headers: { "X-Counterfoil-By-Itself": "1" } });
    } catch { /* no connection: the next look tells */ }
  }
  if (main.dataset.live) { refetch(); setTimeout(refetch, 3000); }
}

// A browser has few connections to one host, so hidden pages give theirs back; a page that waits for a payment keeps it.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    comeBack();
    listen();
  } else if (!main.dataset.poll) {
    stream?.close();
    stream = undefined;
  }
});
addEventListener("pagehide", () => { stream?.close(); stream = undefined; });
addEventListener("pageshow", ({ persisted }) => { if (persisted) { refetch(); listen(); } });

let beats = 0;
setInterval(() => {
  dress();
  const silent = main.dataset.live && stream?.readyState === EventSource.CLOSED && !document.hidden;
  if (silent || (main.dataset.poll && !(++beats % (main.dataset.poll * 1000 / POLL)))) refetch();
}, POLL);

// WHMCS opens in a new tab; this one shows how the payment stands, as soon as the server has it on record.
document.addEventListener("submit", (submit) => {
  const form = submit.target;
  if (form.method !== "post") return;
  if (Date.now() - form.dataset.sentAt < 3000) return void submit.preventDefault();
  form.dataset.sentAt = Date.now();
  if (!form.dataset.pays) return;
  const page = new URL(form.dataset.pays, location);
  if (page.pathname === location.pathname) for (const delay of [300, 1000, 3000]) setTimeout(refetch, delay);
  else setTimeout(() => location.assign(page), 300);
});

// Another country has other fields: the same form, asked for with what is typed.
document.addEventListener("change", async ({ target }) => {
  if (!("adapts" in target.dataset)) return;
  const body = new URLSearchParams(new FormData(target.form));
  body.set("adapt", "1");
  try {
    const answer = await fetch(target.form.action, { method: "POST", body, headers: { Accept: "text/html" } });
    if (answer.status === 409) location.reload();
    else if (answer.ok && !answer.redirected) show(await answer.text());
  } catch { /* no connection: saving asks for the right fields, too */ }
});

const menu = document.getElementById("menu");
document.addEventListener("click", ({ target }) => { if (menu && !menu.contains(target)) menu.open = false; });
document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape" || !menu?.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

dress();
listen();
