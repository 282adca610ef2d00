// The source pane: clicks open documents, what was opened comes into view and into focus, and text is found in it.
const motion = () => (window.matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");
const pane = () => element.querySelector(".pane");

const goBack = () => {
  const opener = window.vlmsOpener;
  const seen = opener?.isConnected && opener.checkVisibility();
  const target = seen ? opener : document.querySelector("[role=tab][aria-selected=true], #box textarea, #box input");
  target?.scrollIntoView({ block: "center", behavior: motion() });
  target?.focus({ preventScroll: true });
};

let closing = false; // the list comes because a document was closed: the focus is elsewhere already
const close = () => {
  if (!pane()?.matches(".text")) return;
  goBack();
  closing = true;
  trigger("open", { list: 1 });
};

// Find in document: matches are ranges that the browser paints (CSS Custom Highlight API), so the text stays as it is.
let matches = [];
let current = -1;

const paint = () => {
  if (!globalThis.CSS?.highlights) return;
  CSS.highlights.set("vlms-found", new Highlight(...matches));
  CSS.highlights.set("vlms-current", new Highlight(...matches.slice(current, current + 1)));
};

const find = (words) => {
  const wanted = words.toLowerCase().replace(/\s+/g, " ").trim();
  const sheet = element.querySelector(".sheet");
  matches = [];
  current = -1;
  if (wanted && sheet) {
    const nodes = [];
    let text = "";
    const walker = document.createTreeWalker(sheet, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      nodes.push([text.length, node]);
      text += node.data.toLowerCase().length === node.data.length ? node.data.toLowerCase() : node.data;
    }
    const place = (offset) => {
      const [start, node] = nodes.findLast(([start]) => start <= offset);
      return [node, offset - start];
    };
    const pattern = new RegExp(wanted.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(" ", "\\s+"), "g");
    for (const found of text.matchAll(pattern)) {
      const range = document.createRange();
      range.setStart(...place(found.index));
      const [node, offset] = place(found.index + found[0].length - 1);
      range.setEnd(node, offset + 1);
      matches.push(range);
    }
  }
  step(1);
};

const step = (by) => {
  const found = element.querySelector(".found");
  if (matches.length) {
    current = (current + by + matches.length) % matches.length;
    matches[current].startContainer.parentElement.scrollIntoView({ block: "center", behavior: "auto" });
  }
  const words = element.querySelector(".find input").value.trim();
  found.textContent = matches.length ? `${current + 1} of ${matches.length}` : words ? "not found" : "";
  for (const button of element.querySelectorAll("[data-step]")) button.hidden = matches.length < 2;
  paint();
};

element.addEventListener("input", (event) => event.target.closest(".find") && find(event.target.value));

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { list, again, doc, section } = button.dataset;
  if (button.dataset.return) goBack();
  else if (list) trigger("open", { list: 1 });
  else if (again) trigger("open", { ...button.dataset });
  else if (doc) trigger("open", { doc });
  else if (button.dataset.step) step(Number(button.dataset.step));
  else if (section) {
    const heading = element.querySelectorAll(".sheet h3")[Number(section)];
    button.closest("details").open = false;
    heading?.scrollIntoView({ block: "start", behavior: motion() });
    heading?.focus({ preventScroll: true });
  }
});

element.addEventListener("keydown", (event) => {
  const field = event.target.closest(".find input");
  if (field && event.key === "Enter") {
    event.preventDefault();
    if (matches.length) step(event.shiftKey ? -1 : 1);
  } else if (event.key === "Escape") {
    event.preventDefault();
    const outline = event.target.closest("details[open]");
    if (outline) {
      outline.open = false;
      outline.querySelector("summary").focus();
    } else if (field?.value) {
      field.value = "";
      find("");
    } else close();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || event.target.closest("input, textarea, select, [popover]")) return;
  if (!document.querySelector(":popover-open")) close();
});

let shown = pane()?.dataset.opened;

watch("value", () => {
  if (!pane() || pane().dataset.opened === shown) return;
  shown = pane().dataset.opened;
  matches = [];
  paint();
  const closed = closing && pane().matches(".list");
  closing = false;
  if (shown === "0" || closed) return; // the list as it was at the start, or nobody asked to go there
  const lit = element.querySelector("#lit");
  const target = lit ?? element.querySelector(".pane h2");
  if (lit) lit.scrollIntoView({ block: "center", inline: "nearest", behavior: "auto" });
  else {
    element.querySelector(".sheet").scrollTop = 0;
    if (window.matchMedia("(max-width: 899px)").matches) pane().scrollIntoView({ block: "start", behavior: motion() });
  }
  target.focus({ preventScroll: true });
});

// A link to a place opens it once the page is there.
const linked = new URLSearchParams(location.search);
if (linked.get("doc")) trigger("open", { doc: linked.get("doc"), spans: (linked.get("at") ?? "").replaceAll(",", " ") });
