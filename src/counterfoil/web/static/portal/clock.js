// The server's clock: ages and days go by it alone, for a browser's own may be hours off.
const main = document.getElementById("main");
const announcer = document.getElementById("announcer");
const find = (selector) => main.querySelector(selector);

// The narrow words are the best for seconds where they are words: in French they are "-12 s".
const { lang } = document.documentElement;
const hasNarrow = !/^[-−]/.test(new Intl.RelativeTimeFormat(lang, { style: "narrow" }).format(-12, "second"));
const UNITS = [["day", 86400, "short"], ["hour", 3600, "short"], ["minute", 60, "short"], ["second", 1, hasNarrow ? "narrow" : "short"]];

let ahead; // of performance.now(), in ms; unknown until the server has said
const now = () => ahead + performance.now();

// `date` as in HTTP's header: whole seconds, which have just begun or are nearly over.
function setClock(date) {
  const said = Date.parse(date ?? "");
  if (Number.isNaN(said)) return;
  const offset = said + 500 - performance.now();
  if (ahead === undefined || Math.abs(offset - ahead) > 1000) ahead = offset;
}

// Until the clock is known the time stands as the server wrote it.
function tellAges() {
  if (ahead === undefined) return;
  for (const time of main.querySelectorAll("time[data-ago]")) {
    const seconds = (now() - Date.parse(time.dateTime)) / 1000;
    const age = seconds < 5 ? 0 : seconds;
    const [unit, size, style] = UNITS.find(([, size]) => age >= size) ?? UNITS.at(-1);
    time.title ||= time.textContent;
    const text = new Intl.RelativeTimeFormat(lang, { style, numeric: age ? "always" : "auto" }).format(-Math.floor(age / size), unit);
    if (time.textContent !== text) time.textContent = text;
  }
}

// "Due today" is not true any more.
const isYesterdays = () => main.dataset.dayEnds && ahead !== undefined && now() >= Date.parse(main.dataset.dayEnds);
