// The conversation: clicks on citations and questions become events, and the newest turn comes into view.
// The keys of the page live here too: "/" goes to the box, arrow up in the empty box brings back the last question,
// 1 to 9 open a citation of the last answer.
const calm = () => (window.matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");
const box = () => document.querySelector("#box textarea, #box input");

const fill = (text) => {
  const field = box();
  const kind = field.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
  Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(field, text);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.setSelectionRange(text.length, text.length);
};

let asked = [];
let recall = 0;

const remember = (text) => {
  if (text.trim()) asked.push(text.trim());
  recall = asked.length;
};

// A question from anywhere on the page goes into the box, where it can be changed before it is asked.
document.addEventListener("click", (event) => {
  const edited = event.target.closest("#columns button[data-edit]");
  if (!edited) return;
  if (!box().checkVisibility()) document.querySelector("#tab-ask")?.click();
  fill(edited.dataset.edit);
  box().focus();
});

// What is new, in a sentence for those who listen: the conversation itself is drawn anew each time.
const announcer = Object.assign(document.createElement("p"), { className: "unseen", role: "status" });
announcer.id = "announcer";
const say = (words) => {
  if (!announcer.isConnected) document.querySelector("#columns")?.append(announcer);
  announcer.textContent = words;
};
document.addEventListener("vlms-announce", (event) => say(event.detail));
const announce = (turn) => {
  if (!turn) return say("");
  const part = (selector) => turn.querySelector(selector)?.textContent ?? "";
  if (turn.querySelector(".waiting")) return say("Searching the sources.");
  const first = part(".abstained .reason") || part(".computed .statement") || part(".quotes blockquote");
  say(turn.querySelector(".error") ? part(".error") : `${turn.querySelector(".answer")?.ariaLabel}. ${first}`);
};

element.addEventListener("click", (event) => {
  const stop = event.target.closest("button.stop");
  if (stop) {
    trigger("stop", { question: stop.dataset.question });
    return;
  }
  const cite = event.target.closest("button.cite, button.row");
  if (cite) {
    window.vlmsOpener = cite;
    trigger("open", { ...cite.dataset });
    return;
  }
  const example = event.target.closest("button[data-ask]");
  if (example) {
    remember(example.dataset.ask);
    trigger("ask", { question: example.dataset.ask });
    box()?.focus({ preventScroll: true });
  }
});

document.addEventListener(
  "keydown",
  (event) => {
    const field = box();
    if (!field || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === field) {
      if (event.key === "Enter" && !field.hasAttribute("aria-activedescendant")) remember(field.value);
      if (event.key === "ArrowUp" && recall > 0 && (field.value === "" || field.value === asked[recall])) {
        event.preventDefault();
        recall -= 1;
        fill(asked[recall]);
      }
    } else if (event.key === "/" && !event.target.closest("input, textarea, select, [contenteditable]")) {
      event.preventDefault();
      if (!field.checkVisibility()) document.querySelector("#tab-ask")?.click();
      field.focus();
    } else if (/^[1-9]$/.test(event.key) && !event.target.closest("input, textarea, select, [contenteditable]")) {
      const turns = element.querySelectorAll(".turn");
      turns[turns.length - 1]?.querySelector(`.quotes .cite[data-number="${event.key}"]`)?.click();
    }
  },
  true,
);
document.addEventListener("vlms-asked", (event) => remember(event.detail));
document.addEventListener("click", (event) => event.target.closest("#ask") && remember(box()?.value ?? ""), true);
document.addEventListener("click", (event) => {
  if (event.target.closest("#clear")) {
    asked = [];
    recall = 0;
    box()?.focus({ preventScroll: true });
  }
});

let reader = element.querySelector("#log")?.dataset.audience;

watch("value", () => {
  const audience = element.querySelector("#log")?.dataset.audience;
  const before = reader;
  reader = audience;
  if (audience !== before) return; // the same answers for another reader: stay where they are
  const last = element.querySelector(".turn:last-of-type");
  last?.scrollIntoView({ block: "start", behavior: calm() });
  announce(last);
});

// A link that carries a question asks it once the page is there.
const linked = new URLSearchParams(location.search).get("q");
if (linked?.trim()) trigger("ask", { question: linked.slice(0, 2000) });
