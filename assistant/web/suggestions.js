// Questions that begin as the one being typed: a listbox above the box, by arrow keys and Enter or by click.
const box = () => document.querySelector("#box textarea, #box input");
const options = () => [...element.querySelectorAll("[role=option]")];
let chosen = -1;
let closed = false; // by the reader, until the next letter

const choose = (number) => {
  const all = options();
  chosen = Math.max(-1, Math.min(number, all.length - 1));
  all.forEach((option, place) => option.setAttribute("aria-selected", String(place === chosen)));
  all[chosen]?.scrollIntoView({ block: "nearest" });
  if (chosen < 0) box()?.removeAttribute("aria-activedescendant");
  else box()?.setAttribute("aria-activedescendant", all[chosen].id);
};

const show = (shown) => {
  const list = element.querySelector("[role=listbox]");
  if (list) list.hidden = !shown;
  choose(-1);
};

const close = () => {
  closed = true;
  show(false);
};

const ask = (question) => {
  close();
  document.dispatchEvent(new CustomEvent("vlms-asked", { detail: question }));
  trigger("ask", { question });
};

document.addEventListener(
  "keydown",
  (event) => {
    if (event.target !== box() || event.isComposing) return;
    const open = options().length > 0 && !element.querySelector("[role=listbox]").hidden;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (open && step && (step > 0 || chosen >= 0)) {
      event.preventDefault();
      choose(chosen + step);
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(options()[chosen].textContent);
    } else if (event.key === "Enter" || event.key === "Escape") {
      close();
    }
  },
  true,
);
document.addEventListener(
  "input",
  (event) => {
    if (event.target !== box()) return;
    closed = false;
    show(event.target.value.trim() !== ""); // the same list may come again, which nobody is told of
  },
  true,
);
document.addEventListener("focusout", (event) => event.target === box() && show(false));
document.addEventListener("click", (event) => event.target.closest("#ask") && close(), true);
element.addEventListener("mousedown", (event) => {
  const option = event.target.closest("[role=option]");
  if (!option) return;
  event.preventDefault(); // the box keeps the focus
  ask(option.textContent);
});

// What arrives after the question was asked, or after the box was left, is not shown.
watch("value", () => show(!closed && document.activeElement === box() && box().value.trim() !== ""));
