// Forms: one press is one request, and what somebody has typed is never taken from under their hands.
const SAME_PRESS = 3000;
const LONGEST_WAIT = 10_000;
const sentAt = new WeakMap();

const isTyped = (field) => field.name && !["hidden", "password", "submit", "button", "file"].includes(field.type)
  && !/password|one-time-code|^cc-/.test(field.autocomplete ?? "");

const differs = (field) => field.options ? [...field.options].some((option) => option.selected !== option.defaultSelected)
  : ["checkbox", "radio"].includes(field.type) ? field.checked !== field.defaultChecked
  : field.value !== (field.defaultValue ?? field.value);

// A search is in the address; everything else that was typed is nowhere but here.
const touched = () => [...main.querySelectorAll("form:not([role=search])")]
  .filter((form) => "draft" in form.dataset || [...form.elements].some((field) => isTyped(field) && differs(field)));

// What changed meanwhile shows when they save.
const isEdited = () => touched().some((form) => "edit" in form.dataset);

document.addEventListener("submit", (submit) => {
  const form = submit.target;
  if (form.method !== "post") return;
  const elsewhere = form.target === "_blank";
  const since = performance.now() - (sentAt.get(form) ?? -Infinity);
  if (since < (elsewhere ? SAME_PRESS : LONGEST_WAIT)) return void submit.preventDefault();
  sentAt.set(form, performance.now());
  // With the form, or with another one of the page, whose answer may be this page again.
  if (!elsewhere) storeDrafts(touched().includes(form) ? "sent" : "kept");
  if (form.dataset.pays) showPayment(new URL(form.dataset.pays, location));
});
// Back from where it led to, it may be sent again.
addEventListener("pageshow", ({ persisted }) => { if (persisted) for (const form of document.forms) sentAt.delete(form); });

// WHMCS opens in a new tab; this one shows how the payment stands, as soon as the server has it on record.
function showPayment(page) {
  if (page.pathname === location.pathname) for (const delay of [300, 1000, 3000]) setTimeout(refetch, delay);
  else setTimeout(() => location.assign(page), 300);
}

// Another country has other fields: the same form, asked for with what is typed.
async function adapt(form) {
  const body = new URLSearchParams(new FormData(form));
  body.set("adapt", "1");
  try {
    const { answer, text } = await ask(form.action, { method: "POST", body });
    if (isSignIn(answer)) sessionEnded();
    else if (answer.status === 409) leave(() => location.reload());
    else if (answer.ok && !answer.redirected) show(text, { quiet: true });
  } catch { /* no connection: saving asks for the right fields, too */ }
}

document.addEventListener("change", ({ target }) => { if ("adapts" in target.dataset) adapt(target.form); });
