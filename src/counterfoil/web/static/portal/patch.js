// One tree of the page made like another one. Only what differs is touched, so that focus, selection, what is typed and
// what is opened stay as they are. Gives the elements that say something else than before.
const ROWS = ["TR", "LI", "ARTICLE"];

// What an element is about, so that a row that moves stays that row; "" for those that have nothing of their own.
function aboutOf(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  if (node.id) return node.id;
  if (node.name) return `${node.type} ${node.name} ${picks(node) || node.type === "hidden" ? node.getAttribute("value") : ""}`;
  if (node.nodeName === "FORM") return node.getAttribute("action");
  if (!ROWS.includes(node.nodeName)) return "";
  const inner = node.querySelector("[id], a[href]");
  return inner?.id || inner?.getAttribute("href") || "";
}

// Of neighbours, each to its own name: of two that are about the same, as two payments of one invoice are, the first and
// the second are told apart.
function namesOf(nodes) {
  const times = new Map();
  return new Map([...nodes].map((node) => {
    const about = aboutOf(node);
    const name = `${node.nodeName} ${about}`;
    times.set(name, (times.get(name) ?? 0) + 1);
    return [node, about && `${name} ${times.get(name)}`];
  }));
}

function patch(old, fresh, changed) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data === fresh.data) return;
    old.data = fresh.data;
    if (old.data.trim()) changed.add(old.parentElement);
    return;
  }
  patchAttributes(old, fresh);
  if (old.matches("time[data-ago]")) old.textContent = fresh.textContent;
  else patchChildren(old, fresh, changed);
}

function patchAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !(name === "open" && old.nodeName === "DETAILS")) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}

function patchChildren(old, fresh, changed) {
  const own = namesOf(old.childNodes);
  const theirs = namesOf(fresh.childNodes);
  const wanted = new Set([...theirs.values()].filter(Boolean));
  const known = new Map([...own].map(([node, name]) => [name, node]).filter(([name]) => name));
  let at = old.firstChild;
  const drop = () => { const next = at.nextSibling; at.remove(); at = next; };
  const isGone = () => at && (own.get(at) ? !wanted.has(own.get(at)) : at.nodeType !== Node.ELEMENT_NODE);
  for (const [want, name] of theirs) {
    const mine = name ? known.get(name) : at && !own.get(at) && at.nodeName === want.nodeName ? at : undefined;
    if (!mine) {
      const made = document.importNode(want, true);
      old.insertBefore(made, at);
      if (made.textContent.trim()) changed.add(made.nodeType === Node.ELEMENT_NODE ? made : old);
      continue;
    }
    while (mine !== at && isGone()) drop();
    if (mine === at) at = at.nextSibling;
    else old.insertBefore(mine, at);
    patch(mine, want, changed);
  }
  while (at) drop();
}
