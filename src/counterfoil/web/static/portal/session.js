// The session's end, wherever it is found out: said, with the way back to this page, and nothing typed is lost.
const isSignIn = (answer) => answer.status === 401 || new URL(answer.url, location).pathname === "/sign-in";

const signInHref = () => `/sign-in?expired=1&next=${encodeURIComponent(location.pathname + location.search)}`;

let hasEnded = false;

function leave(go) {
  storeDrafts("kept");
  go();
}

function sessionEnded() {
  if (!touched().length) return void location.assign(signInHref());
  if (hasEnded) return;
  hasEnded = true;
  const link = document.createElement("a");
  Object.assign(link, { href: signInHref(), textContent: announcer.dataset.signIn });
  link.addEventListener("click", () => storeDrafts("kept"));
  notice("session-ended", announcer.dataset.ended, link);
}

// They have signed in again in another tab.
function sessionHolds() {
  hasEnded = false;
  document.getElementById("session-ended")?.remove();
}

// Another tab may have switched to another account, or somebody else have signed in: nothing of theirs under this name.
function isOfAnother(page) {
  const shown = page.body.dataset;
  return Boolean(shown.person) && (shown.person !== person || shown.client !== client);
}
