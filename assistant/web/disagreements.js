// The tab Disagreements: fetched when it is first shown to a reader; entries are filtered and their quotes opened here.
const entries = () => [...element.querySelectorAll(".entry")];

const fits = (entry, wanted) =>
  (!wanted.verdict || entry.dataset.verdict === wanted.verdict) &&
  (!wanted.weight || entry.dataset.weight === wanted.weight) &&
  (!wanted.document || entry.dataset.document.split(" ").includes(wanted.document)) &&
  (!wanted.topic || entry.closest(".topic").dataset.topic === wanted.topic) &&
  wanted.words.every((word) => entry.textContent.toLowerCase().includes(word));

const filter = () => {
  const form = element.querySelector("form");
  const wanted = Object.fromEntries(new FormData(form));
  wanted.words = wanted.words.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const entry of entries()) {
    entry.hidden = !fits(entry, wanted);
    shown += !entry.hidden;
  }
  for (const topic of element.querySelectorAll(".topic")) {
    const left = topic.querySelectorAll(".entry:not([hidden])").length;
    topic.hidden = left === 0;
    topic.querySelector(".size").textContent = left;
  }
  const count = element.querySelector(".count");
  count.querySelector("strong").textContent = `${shown} of ${count.dataset.total}`;
  element.querySelector(".nothing").hidden = shown > 0;
};

let reader = null; // whom it was fetched for
let filters = []; // as they were before it was fetched for another reader
const fetchOnce = () => {
  const { audience } = document.documentElement.dataset;
  if (document.querySelector("#columns").dataset.tab !== "disagreements" || reader === audience) return;
  reader = audience;
  const form = element.querySelector("form");
  filters = form ? [...new FormData(form)] : [];
  trigger("show", { audience });
};
document.addEventListener("vlms-tab", fetchOnce);
document.addEventListener("vlms-reader", fetchOnce);
watch("value", () => {
  const form = element.querySelector("form");
  for (const [name, value] of filters) form.elements[name].value = value;
  if (form) filter();
});
element.addEventListener("input", filter);
element.addEventListener("submit", (event) => event.preventDefault());
element.addEventListener("click", (event) => {
  const cite = event.target.closest("button.cite");
  if (!cite) return;
  window.vlmsOpener = cite;
  trigger("open", { ...cite.dataset });
});
