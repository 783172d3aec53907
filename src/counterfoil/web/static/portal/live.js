// Changes as they happen. Without a stream the page looks again by itself, and tries for ever to get one.
const TICK = 5000;
const LONGEST_BACK_OFF = 60_000;
const SILENT = 400_000; // the server ends each stream within 300 s, so a longer one is dead
const LONGEST_CONNECT = 30_000;
const MIDNIGHT_AGAIN = 30_000;

let stream;
let heard = 0;
let tries = 0;
let retry;

const wantsStream = () => main.dataset.live && (!document.hidden || main.dataset.poll);

// "Live" is on the page only while it is true.
const tellLive = () => document.documentElement.toggleAttribute("data-is-live", stream?.readyState === EventSource.OPEN);

function hangUp() {
  clearTimeout(retry);
  stream?.close();
  stream = undefined;
  tellLive();
}

function listen() {
  if (stream || !wantsStream()) return;
  clearTimeout(retry);
  heard = performance.now();
  stream = new EventSource("/api/v1/events");
  stream.addEventListener("open", () => { heard = performance.now(); tries = 0; tellLive(); });
  // Of what changed between the page and the stream nobody told it. Later ones go on where the last one ended.
  stream.addEventListener("open", refetch, { once: true });
  // A connection that breaks, the browser makes again by itself; after an answer such as 502 it never does.
  stream.addEventListener("error", () => { tellLive(); if (stream?.readyState === EventSource.CLOSED) tryAgain(); });
  stream.addEventListener("changed", ({ data }) => {
    heard = performance.now();
    const { resource, id } = JSON.parse(data);
    const live = main.dataset.live?.split(" ") ?? [];
    if (live.includes(resource) || live.includes(`${resource}:${id}`)) refetch();
  });
}

// Drawn, so that a restarted server is not stormed. The new stream knows nothing of before: the page is read first.
function tryAgain() {
  hangUp();
  const most = Math.min(LONGEST_BACK_OFF, 1000 * 2 ** tries++);
  retry = setTimeout(async () => {
    if (!wantsStream()) return;
    await refetch();
    listen();
  }, most * (0.5 + Math.random() / 2));
}

// Whoever comes back from WHMCS may have changed something there a moment ago: what is kept then is 2 s old at most.
async function comeBack() {
  if (find("[data-waiting]")) {
    try {
      await ask("/return/invoices", { redirect: "manual", headers: BY_ITSELF });
    } catch { /* no connection: the next look tells */ }
  }
  if (main.dataset.live) { refetch(); setTimeout(refetch, 3000); }
  tries = 0;
  listen();
}

// A browser has few connections to one host, so hidden pages give theirs back; a page that waits for a payment keeps it.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) comeBack();
  else if (!main.dataset.poll) hangUp();
});
addEventListener("online", () => { tries = 0; hangUp(); if (main.dataset.live) refetch(); listen(); });
addEventListener("pagehide", hangUp);
addEventListener("pageshow", ({ persisted }) => { if (persisted) { refetch(); listen(); } });

let beats = 0;
let connecting = 0; // beats in a row
let askedAt = -Infinity; // for the new day's page
setInterval(() => {
  beats += 1;
  dress();
  connecting = stream?.readyState === EventSource.CONNECTING ? connecting + 1 : 0;
  if (connecting * TICK >= LONGEST_CONNECT || (stream && performance.now() - heard > SILENT)) tryAgain();
  if (main.dataset.poll && beats % Math.ceil((main.dataset.poll * 1000) / TICK) === 0) refetch();
  if (isYesterdays() && performance.now() - askedAt > MIDNIGHT_AGAIN) { askedAt = performance.now(); refetch(); }
}, TICK);
