// What somebody had typed when their session ended: kept for this tab alone, by person, client and page, and given back
// once to the same. Never a password. "sent" with a form, of which nobody knows yet whether it arrived; "kept" when not.
const DRAFT = "draft ";
const { person, client } = document.body.dataset;
const draftKey = `${DRAFT}${person} ${client} ${location.pathname}`;

const drafts = () => Object.keys(sessionStorage).filter((key) => key.startsWith(DRAFT))
  .map((key) => [key, JSON.parse(sessionStorage.getItem(key))]);

const isKept = (field) => isTyped(field) || (field.type === "hidden" && field.name === "seen");
const picks = (field) => ["checkbox", "radio"].includes(field.type);

function storeDrafts(state) {
  const forms = touched().map((form) => ({
    action: form.getAttribute("action"),
    fields: [...form.elements].filter(isKept)
      .map((field) => ({ name: field.name, value: field.value, checked: picks(field) ? field.checked : undefined })),
  }));
  try {
    if (person && forms.length) sessionStorage.setItem(draftKey, JSON.stringify({ state, forms }));
  } catch { /* no room, or not allowed: then it is only on the page */ }
}

function fill({ action, fields }) {
  const form = [...main.querySelectorAll("form")].find((each) => each.getAttribute("action") === action);
  for (const { name, value, checked } of form ? fields : []) {
    const field = [...form.elements].find((each) => each.name === name && isKept(each) && (!picks(each) || each.value === value));
    if (!field) continue;
    if (picks(field)) field.checked = checked;
    else field.value = value;
  }
  return form;
}

async function giveBack({ forms }) {
  for (const draft of forms) {
    const form = fill(draft);
    const country = form?.querySelector("[data-adapts]");
    if (!country || !differs(country)) continue;
    await adapt(form);
    fill(draft);
  }
  document.dispatchEvent(new Event("shown"));
  if (touched().length) notice("restored", announcer.dataset.restored);
}

// A sentence of the script's own above the page.
function notice(id, words, link) {
  document.getElementById(id)?.remove();
  const text = document.createElement("span");
  text.append(words, ...(link ? [" ", link] : []));
  const line = document.createElement("p");
  Object.assign(line, { id, className: "notice due script-notice" });
  line.setAttribute("role", "status");
  line.append(text);
  main.before(line);
}

// What is left from before: thrown away when it arrived or belongs to somebody else, given back when neither.
function readDrafts() {
  const query = new URLSearchParams(location.search);
  const signedOut = query.has("signed-out") || query.get("state") === "signed-out"; // the latter by way of a provider
  for (const [key, draft] of drafts()) {
    const isTheirs = !person || key.startsWith(`${DRAFT}${person} `);
    if (!isTheirs || signedOut || (person && draft.state === "sent")) sessionStorage.removeItem(key);
    else if (!person) sessionStorage.setItem(key, JSON.stringify({ ...draft, state: "kept" }));
    else if (key === draftKey) {
      sessionStorage.removeItem(key);
      giveBack(draft);
    }
  }
}
