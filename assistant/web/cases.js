// The tab Cases: what the filters say is sent to the server when it changes; rows are sorted and opened here.
const WAIT = 250; // milliseconds after the last key in a number field
const form = () => document.querySelector("#cases-choice form:not([hidden])");
const chosenTable = () => document.querySelector("#cases-choice [name=table]:checked")?.value;
let sorted = null; // {table, column, descending}
let timer = 0;
let late = 0;
let sent = 0; // choices; an answer carries the number of the choice it answers

const fields = () => {
  const sent = {};
  for (const field of form()?.elements ?? []) {
    if (!field.name) continue;
    if (field.type === "checkbox") {
      if (field.checked) sent[field.name] = true;
    } else if (field.value !== "") sent[field.name] = field.value;
  }
  return sent;
};

const choose = () => {
  clearTimeout(timer);
  clearTimeout(late);
  sent += 1;
  trigger("choose", { table: chosenTable(), filters: fields(), number: sent });
};

// Two answers may come in the wrong order: once no more come, what is shown must be the last choice.
const keepUp = () => {
  clearTimeout(late);
  const shown = element.querySelector(".chosen-rows");
  if (shown && Number(shown.dataset.number) !== sent) late = setTimeout(choose, WAIT);
};

const sort = () => {
  const shown = element.querySelector(".chosen-rows")?.dataset.table;
  const body = element.querySelector(".rows tbody");
  if (!body || !sorted || sorted.table !== shown) return;
  element.querySelectorAll(".rows thead th").forEach((head, place) => {
    const order = sorted.descending ? "descending" : "ascending";
    head.setAttribute("aria-sort", place === sorted.column ? order : "none");
  });
  const rank = (row) => row.children[sorted.column].dataset.rank;
  const step = (one, two) => {
    if (rank(one) === undefined || rank(two) === undefined) return (rank(one) === undefined) - (rank(two) === undefined);
    return (rank(one) - rank(two)) * (sorted.descending ? -1 : 1);
  };
  body.append(...[...body.rows].sort(step));
};

document.addEventListener("vlms-tab", (event) => {
  if (event.detail !== "cases" || element.querySelector(".chosen-rows")) return;
  document.querySelector("#cases-choice .filters").open = window.matchMedia("(min-width: 900px)").matches;
  choose();
});

document.addEventListener("input", (event) => {
  if (!event.target.closest("#cases-choice")) return;
  if (event.target.name === "table") {
    for (const each of document.querySelectorAll("#cases-choice form")) each.hidden = each.dataset.table !== chosenTable();
  }
  clearTimeout(timer);
  timer = setTimeout(choose, event.target.type === "number" ? WAIT : 0);
});
document.addEventListener("submit", (event) => event.target.closest("#cases-choice") && event.preventDefault());

element.addEventListener("click", (event) => {
  if (event.target.closest(".reset")) {
    form().reset();
    choose();
    document.querySelector("#cases-choice [name=table]:checked").focus(); // the button goes with the filters
    return;
  }
  const head = event.target.closest("th button.sort")?.parentElement;
  if (head) {
    const again = head.getAttribute("aria-sort") === "ascending";
    sorted = { table: chosenTable(), column: head.cellIndex, descending: again };
    sort();
    return;
  }
  const row = event.target.closest("tr[data-doc]");
  if (!row || (event.detail > 0 && getSelection().toString())) return; // text was being selected with the mouse
  window.vlmsOpener = row.querySelector("button.row");
  for (const each of element.querySelectorAll("tr[aria-current]")) each.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  trigger("open", { ...row.dataset });
});

watch("value", () => {
  sort();
  keepUp();
});
