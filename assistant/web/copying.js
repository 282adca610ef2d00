// What can be taken along: text and links to the clipboard, citations as files.
// A button with data-copy copies its text, with data-link a link that asks its question, with data-place-link a link
// to a place (JSON); one with data-save saves its data-text under that name.
const said = (button, words) => {
  const line = button.closest(".citing")?.querySelector(".said");
  if (line) line.textContent = words;
  else document.dispatchEvent(new CustomEvent("vlms-announce", { detail: words }));
};

// A link carries the question or the place; nothing of it is in the address bar unless somebody pastes it there.
const link = (parameters) => `${location.origin}${location.pathname}?${new URLSearchParams(parameters)}`;

// Where the page is not served from this machine or over https, browsers have no clipboard but this.
const copyAsOfOld = (text) => {
  const field = Object.assign(document.createElement("textarea"), { value: text, className: "unseen" });
  document.querySelector("#columns").append(field);
  const before = document.activeElement;
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  before?.focus({ preventScroll: true });
  return done;
};

const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyAsOfOld(text);
  }
};

const flash = (button) => {
  button.dataset.named ??= button.textContent;
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = button.dataset.named), 1600);
};

window.vlmsSave = (name, type, content) => {
  const file = document.createElement("a");
  file.href = URL.createObjectURL(new Blob([content], { type }));
  file.download = name;
  document.body.append(file);
  file.click();
  file.remove();
  setTimeout(() => URL.revokeObjectURL(file.href), 60_000); // milliseconds; the browser has taken it by then
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("#columns button");
  if (!button) return;
  const { copy: text, link: question, placeLink, save, type, text: content } = button.dataset;
  if (save !== undefined) {
    window.vlmsSave(save, `${type};charset=utf-8`, content);
    said(button, `Saved as ${save}.`);
    return;
  }
  const copied = text ?? (question !== undefined ? link({ q: question }) : placeLink && link(JSON.parse(placeLink)));
  if (copied === undefined) return;
  if (await copy(copied)) {
    flash(button);
    said(button, "Copied.");
  } else said(button, `This browser does not let it be copied: ${copied}`);
});
