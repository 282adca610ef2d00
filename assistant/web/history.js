// The history of conversations, in this browser's storage and nowhere else; what is opened is asked again.
// Everything read from the storage may have been altered by hand, and is shown as text only.
const HISTORY = "vlms-history"; // newest first: [{name, date, title, questions, corpus}]
const SWITCH = "vlms-keep"; // "off": nothing is added
const CURRENT = "vlms-current"; // of this window only: the name of its conversation
const LONGEST = 160; // characters of a title

const find = (selector) => element.querySelector(selector);
const corpus = () => find(".toolbar").dataset.corpus;
const most = () => Number(find(".toolbar").dataset.most);
const panel = () => find("#history");
const opener = () => find(".history .opens");
const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
const dated = (date) =>
  new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" }).format(new Date(date));
const say = (words) => {
  find(".said").textContent = words;
};

// A storage that is blocked throws when it is touched, a full one when it is written to; then there is no history.
let working = true;
const attempt = (use) => {
  if (!working) return null;
  try {
    return use();
  } catch {
    working = false;
    opener().hidden = true;
    show(false);
    find(".continue").hidden = true;
    return null;
  }
};
const read = (key) => attempt(() => localStorage.getItem(key));
const write = (key, text) => attempt(() => localStorage.setItem(key, text));
const keeps = () => read(SWITCH) !== "off";

const isText = (value) => typeof value === "string";
const isSound = (each) =>
  [each?.name, each?.date, each?.title, each?.corpus].every(isText) &&
  !Number.isNaN(Date.parse(each.date)) &&
  Array.isArray(each.questions) &&
  each.questions.length > 0 &&
  each.questions.every(isText);

const stored = () => {
  try {
    const all = JSON.parse(read(HISTORY) ?? "[]");
    return Array.isArray(all) ? all.filter(isSound).slice(0, most()) : [];
  } catch {
    return [];
  }
};
const store = (all) => {
  write(HISTORY, JSON.stringify(all.slice(0, most())));
  draw();
};

const setCurrent = (name) => attempt(() => sessionStorage.setItem(CURRENT, name));

let current = ""; // name of the conversation on the page
let waiting = null; // {name, turns, said}: a conversation that is being asked again
const left = new Set(); // names of conversations that are not to be added to any more

const begins = (all, start) => start.every((question, place) => all[place] === question);

const keep = ({ name, questions, turns }) => {
  if (!name) {
    if (current) setCurrent(""); // cleared by the reader, who does not want to go back to it
    current = "";
    return;
  }
  current = name;
  find(".continue").hidden = true;
  if (waiting?.name === name && turns >= waiting.turns) {
    say(waiting.said);
    waiting = null;
  }
  const all = stored();
  const before = all.find((each) => each.name === name);
  const asked = before?.questions ?? [];
  const grown = !begins(asked, questions); // a beginning of what is kept is being asked again
  if (grown && !keeps()) left.add(name);
  if (left.has(name) || !working) return;
  setCurrent(name);
  if (before && asked.length === questions.length && !grown) before.corpus = corpus();
  if (!grown) return before && store(all);
  const entry = {
    name,
    date: new Date().toISOString(),
    title: questions[0].slice(0, LONGEST),
    questions,
    corpus: corpus(),
  };
  store([entry, ...all.filter((each) => each !== before)]);
};

const open = (entry) => {
  const changed = entry.corpus !== corpus();
  const many = counted(entry.questions.length, "question");
  waiting = {
    name: entry.name,
    turns: entry.questions.length,
    said: changed
      ? `The documents, or how they are read, have changed since ${dated(entry.date)}: these are the answers of now.`
      : `${many} asked again.`,
  };
  left.delete(entry.name);
  say(`Asking ${many} again …`);
  show(false);
  find(".continue").hidden = true;
  for (const question of entry.questions) document.dispatchEvent(new CustomEvent("vlms-asked", { detail: question }));
  trigger("replay", { name: entry.name, questions: entry.questions });
};

const button = (style, words, act) => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = style;
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
};

const remove = (names) => {
  if (names.includes(current)) left.add(current);
  store(stored().filter((each) => !names.includes(each.name)));
};

const row = (entry) => {
  const item = document.createElement("li");
  const opens = button("open", entry.title, () => {
    open(entry);
    opener().focus();
  });
  const about = document.createElement("span");
  const old = entry.corpus === corpus() ? "" : ", documents changed since";
  about.textContent = `${dated(entry.date)}, ${counted(entry.questions.length, "question")}${old}`;
  opens.append(about);
  const deletes = button("delete", "Delete", () => {
    const place = [...item.parentElement.children].indexOf(item);
    remove([entry.name]);
    const rest = element.querySelectorAll(".conversations .delete");
    (rest[Math.min(place, rest.length - 1)] ?? find(".switch input")).focus();
  });
  deletes.setAttribute("aria-label", `Delete “${entry.title}”`);
  item.append(opens, deletes);
  return item;
};

const confirmAll = (asked) => {
  find(".delete-all").hidden = asked;
  find(".sure").hidden = !asked;
  find(".ask").textContent = `Delete ${counted(stored().length, "conversation")}?`;
};

const draw = () => {
  if (!working || panel().hidden) return; // what is kept stands on the page only while it is looked at
  const all = stored();
  find(".conversations").replaceChildren(...all.map(row));
  find(".none").hidden = all.length > 0;
  find(".all").hidden = all.length === 0;
  find(".switch input").checked = keeps();
  confirmAll(false);
};

const show = (shown) => {
  panel().hidden = !shown;
  opener().setAttribute("aria-expanded", String(shown));
  if (shown) draw();
  else find(".conversations").replaceChildren();
};

element.addEventListener("click", (event) => {
  const hit = (selector) => event.target.closest(selector);
  if (hit(".history .opens")) show(panel().hidden);
  else if (hit(".delete-all")) {
    confirmAll(true);
    find(".no").focus();
  } else if (hit(".no")) {
    confirmAll(false);
    find(".delete-all").focus();
  } else if (hit(".yes")) {
    remove(stored().map((each) => each.name));
    find(".switch input").focus();
  } else if (hit(".go")) {
    const entry = stored().find((each) => each.name === find(".continue").dataset.name);
    if (entry) open(entry);
    document.querySelector("#box textarea, #box input")?.focus({ preventScroll: true });
  } else if (hit(".leave")) {
    setCurrent("");
    find(".continue").hidden = true;
    document.querySelector("#box textarea, #box input")?.focus({ preventScroll: true });
  }
});
element.addEventListener("change", (event) => {
  if (event.target.matches(".switch input")) write(SWITCH, event.target.checked ? "on" : "off");
});
element.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || panel().hidden) return;
  show(false);
  opener().focus();
});
document.addEventListener("click", (event) => {
  if (event.target.isConnected && !event.target.closest("#keeping .history") && !panel().hidden) show(false);
});
document.addEventListener("vlms-kept", (event) => keep(event.detail));
document.addEventListener("vlms-said", (event) => say(event.detail));
window.addEventListener("storage", (event) => event.key === HISTORY && draw()); // another window kept something

const offer = () => {
  const name = attempt(() => sessionStorage.getItem(CURRENT));
  const entry = stored().find((each) => each.name === name);
  if (!entry || current) return;
  find(".continue .title").textContent = `“${entry.title}” (${counted(entry.questions.length, "question")})`;
  find(".continue").dataset.name = entry.name;
  find(".continue").hidden = false;
};

write("vlms-probe", "1");
attempt(() => localStorage.removeItem("vlms-probe"));
opener().hidden = !working;
offer();
