// The menu Export: a click asks for the file, and when it has come it is saved.
const bar = () => document.querySelector("#keeping .toolbar");
const opener = () => bar()?.querySelector(".export .opens");
const menu = () => bar()?.querySelector("#export-forms");
const say = (words) => document.dispatchEvent(new CustomEvent("vlms-said", { detail: words }));

const show = (shown) => {
  if (!menu()) return;
  menu().hidden = !shown;
  opener().setAttribute("aria-expanded", String(shown));
  if (shown) menu().querySelector("button").focus();
};

document.addEventListener("vlms-kept", (event) => {
  if (!opener()) return;
  opener().disabled = event.detail.questions.length === 0;
  if (opener().disabled) show(false);
});

document.addEventListener("click", (event) => {
  const within = event.target.closest?.("#keeping .export");
  if (!within) return void (menu() && !menu().hidden && show(false));
  const form = event.target.closest("[data-form]")?.dataset.form;
  if (form) {
    show(false);
    opener().focus();
    say("Making the file …");
    trigger("export", { form });
  } else if (event.target.closest(".opens")) show(menu().hidden);
});

document.addEventListener("keydown", (event) => {
  if (!event.target.closest?.("#keeping .export") || menu().hidden) return;
  const items = [...menu().querySelectorAll("button")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape") {
    show(false);
    opener().focus();
  } else if (step) {
    event.preventDefault();
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
  }
});

let saved = "";
watch("value", () => {
  const file = element.querySelector("[data-number]")?.dataset;
  if (!file || file.number === saved) return;
  saved = file.number;
  if (file.error) return say(file.error);
  const bytes = Uint8Array.from(atob(file.content), (sign) => sign.charCodeAt(0));
  window.vlmsSave(file.name, file.type, bytes);
  say(`Saved as ${file.name}.`);
});
