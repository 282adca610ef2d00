// Who is reading: the choice is remembered in this browser, told to the server, and kept to by what is shown.
const KEY = "vlms-audience";
const radios = () => [...element.querySelectorAll("[name=audience]")];
const chosen = () => radios().find((radio) => radio.checked)?.value;

// The browser may forbid to remember anything; then the choice holds for this visit.
const remembered = () => {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
};
const remember = (audience) => {
  try {
    localStorage.setItem(KEY, audience);
  } catch {
    return;
  }
};

// An answer may arrive for the reader before: what is shown in the end must be for the one who is chosen.
const keepUp = () => {
  const log = document.querySelector("#log");
  if (!log || log.getAttribute("aria-busy") === "true" || log.dataset.audience === chosen()) return;
  trigger("audience", { audience: chosen() });
};

const show = () => {
  document.documentElement.dataset.audience = chosen();
  document.dispatchEvent(new CustomEvent("vlms-reader"));
  keepUp();
};

element.addEventListener("change", (event) => {
  if (event.target.name !== "audience") return;
  remember(chosen());
  show();
});

// A choice made in another window of the same browser holds there only, so that nothing changes under a reader's eyes.
const before = radios().find((radio) => radio.value === remembered());
if (before) before.checked = true;
show();

const observe = () => {
  const conversation = document.querySelector("#conversation");
  if (!conversation) return setTimeout(observe, 50); // drawn after the masthead
  new MutationObserver(keepUp).observe(conversation, { childList: true, subtree: true, attributes: true });
  return keepUp();
};
observe();
