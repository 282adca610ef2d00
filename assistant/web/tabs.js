// The tabs: a click or the arrow keys show a panel, and tell it that it is shown by the event "vlms-tab".
const tabs = () => [...element.querySelectorAll("[role=tab]")];

// The panels may be drawn after the tabs, so they are named again at every change.
const name = () => {
  for (const tab of tabs()) {
    const panel = document.getElementById(tab.getAttribute("aria-controls"));
    panel?.setAttribute("role", "tabpanel");
    panel?.setAttribute("aria-labelledby", tab.id);
  }
};

const show = (tab) => {
  name();
  for (const each of tabs()) {
    each.setAttribute("aria-selected", String(each === tab));
    each.tabIndex = each === tab ? 0 : -1;
  }
  const panel = tab.id.replace("tab-", "");
  document.querySelector("#columns").dataset.tab = panel;
  document.dispatchEvent(new CustomEvent("vlms-tab", { detail: panel }));
};

name();

element.addEventListener("click", (event) => {
  const tab = event.target.closest("[role=tab]");
  if (tab) show(tab);
});

element.addEventListener("keydown", (event) => {
  const all = tabs();
  const at = all.indexOf(event.target.closest("[role=tab]"));
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  const tab = all[(to + all.length) % all.length];
  show(tab);
  tab.focus();
});
