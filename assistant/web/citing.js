// Citations: a button with data-copy puts its text on the clipboard, one with data-save makes a file of its data-text.
const say = (button, words) => {
  const said = button.closest(".citing")?.querySelector(".said");
  if (said) said.textContent = words;
};

// Where the page is not served from this machine or over https, browsers have no clipboard but this.
const copyAsOfOld = (text) => {
  const field = document.createElement("textarea");
  field.value = text;
  field.style.position = "fixed";
  field.style.opacity = "0";
  document.body.append(field);
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

window.vlmsSave = (name, type, content) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // milliseconds; the browser has taken it by then
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.(".citing button");
  if (!button) return;
  const { copy: text, save, type, text: content } = button.dataset;
  if (text !== undefined) say(button, (await copy(text)) ? "Copied." : `This browser does not let it be copied: ${text}`);
  else if (save !== undefined) {
    window.vlmsSave(save, `${type};charset=utf-8`, content);
    say(button, `Saved as ${save}.`);
  }
});
