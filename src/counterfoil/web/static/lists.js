// Lists: what is selected and what that comes to, and a file while it is prepared.
const LONGEST_EXPORT = 120_000;
const bar = () => document.getElementById("together");
const boxes = () => [...document.querySelectorAll("input[form=together]")];
const chosen = () => boxes().filter((box) => box.checked);

// Exact, whatever the size: amounts are decimal texts, never floating-point numbers.
function sum(amounts) {
  const digits = Math.max(...amounts.map((amount) => (amount.split(".")[1] ?? "").length));
  const units = amounts.map((amount) => {
    const [whole, part = ""] = amount.split(".");
    return BigInt(whole + part.padEnd(digits, "0"));
  });
  const text = String(units.reduce((one, other) => one + other)).padStart(digits + 1, "0");
  return digits ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text;
}

// As the server writes them: what a browser makes of a language alone has another symbol here, other groups there.
function written(amount, { before, after, group, point, digits }) {
  const [whole, part = ""] = amount.split(".");
  const grouped = whole.replace(/\B(?=([0-9]{3})+$)/g, () => group);
  const fraction = part.padEnd(digits, "0");
  return before + grouped + (fraction && point + fraction) + after;
}

function tell() {
  if (!bar()) return;
  const output = bar().querySelector("output");
  const { selected, none, mixed, many, most } = output.dataset;
  const all = chosen();
  const [currency, ...others] = new Set(all.map((box) => box.dataset.currency));
  const words = () => {
    if (!all.length) return none;
    if (others.length) return mixed;
    if (all.length > most) return many;
    const amount = written(sum(all.map((box) => box.dataset.amount)), JSON.parse(output.dataset.forms)[currency]);
    return selected.replace("#", all.length).replace("@", () => amount);
  };
  const text = words();
  if (output.textContent !== text) output.textContent = text;
  bar().querySelector("button.main").disabled = !all.length || others.length > 0 || all.length > most;
  bar().classList.toggle("is-chosen", all.length > 0);
  const every = document.getElementById("choose-all");
  every.hidden = false;
  every.checked = all.length === boxes().length;
  every.indeterminate = all.length > 0 && !every.checked;
  document.getElementById("choose-none").hidden = !all.length;
  document.getElementById("choose-rest").hidden = !every.indeterminate;
}

function choose(isChosen) {
  for (const box of boxes()) box.checked = isChosen;
  tell();
}

document.addEventListener("change", ({ target }) => { if (target.id === "choose-all") choose(target.checked); else tell(); });
document.addEventListener("click", ({ target }) => {
  if (!["choose-none", "choose-rest"].includes(target.id)) return;
  choose(target.id === "choose-rest");
  // The button that was pressed is gone; on a phone there is no box for all.
  [document.getElementById("choose-all"), boxes()[0]].find((box) => box.checkVisibility()).focus({ preventScroll: true });
});
document.addEventListener("shown", tell);
addEventListener("pageshow", tell);

// A menu of files is closed by Escape and by what happens beside it.
const menus = () => document.querySelectorAll(".export[open]");
document.addEventListener("click", ({ target }) => { for (const menu of menus()) if (!menu.contains(target)) menu.open = false; });
document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") for (const menu of menus()) { menu.open = false; menu.querySelector("summary").focus(); }
});

// What goes wrong is left to the plain link: the page that it leads to says it.
document.addEventListener("click", async (click) => {
  const link = click.target.closest?.("a[data-export]");
  if (!link || click.ctrlKey || click.metaKey || click.shiftKey) return;
  click.preventDefault();
  if (link.ariaBusy === "true") return;
  const words = link.textContent;
  link.ariaBusy = "true";
  link.textContent = document.getElementById("announcer").textContent = link.dataset.busy;
  try {
    const limit = new AbortController();
    setTimeout(() => limit.abort(), LONGEST_EXPORT);
    const answer = await fetch(link.href, { signal: limit.signal });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    const file = document.createElement("a");
    file.href = URL.createObjectURL(await answer.blob());
    file.download = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition"))?.[1] ?? "";
    file.click();
    setTimeout(() => URL.revokeObjectURL(file.href), 60_000);
  } catch {
    location.assign(link.href);
  }
  link.textContent = words;
  link.ariaBusy = "false";
  document.getElementById("announcer").textContent = "";
});
