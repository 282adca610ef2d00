// Explanations of words in quotes: shown by hover, focus, tap or Enter; Escape, leaving or tapping elsewhere hides them.
// What is shown may be hovered itself, and stays until the reader goes elsewhere (WCAG 1.4.13).
const LEAVE = 250; // milliseconds in which the pointer may cross from the word to its explanation
const GAP = 6; // pixels between them
const EDGE = 8; // pixels to the edge of the window
const box = element.querySelector("#explained");
let term = null; // the word whose explanation is shown
let pinned = false; // by tap or Enter
let leaving = 0;

const place = () => {
  const word = term.getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  const below = word.top < height + GAP + EDGE; // above covers what was read already
  box.style.left = `${Math.max(EDGE, Math.min(word.left, document.documentElement.clientWidth - width - EDGE))}px`;
  box.style.top = `${below ? word.bottom + GAP : word.top - GAP - height}px`;
};

const hide = () => {
  clearTimeout(leaving);
  term?.classList.remove("explained");
  term = null;
  pinned = false;
  if (box.matches(":popover-open")) box.hidePopover();
};

const show = (word) => {
  clearTimeout(leaving);
  if (word === term) return;
  hide();
  const explanation = document.getElementById(word.getAttribute("aria-describedby"));
  if (!explanation) return;
  term = word;
  term.classList.add("explained");
  box.replaceChildren(...[...explanation.childNodes].map((node) => node.cloneNode(true)));
  box.showPopover();
  place();
};

const wordAt = (target) => target.closest?.("button.term") ?? null;

document.addEventListener("pointerover", (event) => {
  if (event.pointerType === "touch") return;
  const word = wordAt(event.target);
  if (word) show(word);
  else if (term && (box.contains(event.target) || pinned)) clearTimeout(leaving);
  else if (term && document.activeElement !== term) {
    clearTimeout(leaving);
    leaving = setTimeout(hide, LEAVE);
  }
});
document.addEventListener("focusin", (event) => {
  const word = wordAt(event.target);
  if (word) show(word);
  else if (term) hide();
});
document.addEventListener("focusout", (event) => {
  if (event.target === term && !pinned && !box.matches(":hover")) hide();
});
document.addEventListener("click", (event) => {
  const word = wordAt(event.target);
  if (word && word === term && pinned) hide();
  else if (word) {
    show(word);
    pinned = true;
  } else if (term && (event.pointerType === "touch" || !box.contains(event.target))) hide();
});
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape" || !term) return;
    event.stopPropagation(); // only the explanation goes
    event.preventDefault();
    hide();
  },
  true,
);
document.addEventListener(
  "scroll",
  () => {
    if (!term) return;
    const { top, bottom } = term.getBoundingClientRect();
    if (!term.isConnected || bottom < 0 || top > innerHeight) hide();
    else place();
  },
  { capture: true, passive: true },
);
window.addEventListener("resize", hide);
new MutationObserver(() => term && !term.isConnected && hide()).observe(document.body, { childList: true, subtree: true });
