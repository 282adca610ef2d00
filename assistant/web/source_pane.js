// The source pane: clicks open documents, and what was opened is brought into view and into focus.
const motion = () => (window.matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");

const goBack = () => {
  const opener = window.vlmsOpener;
  const seen = opener?.isConnected && opener.checkVisibility();
  const target = seen ? opener : document.querySelector("[role=tab][aria-selected=true], #box textarea, #box input");
  target?.scrollIntoView({ block: "center", behavior: motion() });
  target?.focus({ preventScroll: true });
};

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.return) goBack();
  else if (button.dataset.list) trigger("open", { list: 1 });
  else if (button.dataset.doc) trigger("open", { doc: button.dataset.doc });
});

element.addEventListener("keydown", (event) => {
  if (event.key === "Escape") goBack();
});

let shown = element.querySelector(".pane")?.dataset.opened;

watch("value", () => {
  const pane = element.querySelector(".pane");
  if (!pane || pane.dataset.opened === shown) return;
  shown = pane.dataset.opened;
  if (shown === "0") return; // the list as it was at the start: nobody asked to go there
  const lit = pane.querySelector("#lit");
  const target = lit ?? pane.querySelector("h2");
  if (lit) lit.scrollIntoView({ block: "center", inline: "nearest", behavior: "auto" });
  else {
    pane.querySelector(".sheet").scrollTop = 0;
    if (window.matchMedia("(max-width: 899px)").matches) pane.scrollIntoView({ block: "start", behavior: motion() });
  }
  target.focus({ preventScroll: true });
});
