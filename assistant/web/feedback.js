// Feedback under the answers: a verdict opens the comment, Send stores both, and the server's words replace them.
// The conversation is drawn anew with every answer, so what is being written is kept here until it is sent.
const drafts = new Map(); // key of the turn -> {verdict, comment}
const parts = () => [...document.querySelectorAll("#log .feedback")];
const partOf = (key) => parts().find((part) => part.dataset.key === key);

const show = (part) => {
  const draft = drafts.get(part.dataset.key);
  const verdict = draft ? draft.verdict : part.dataset.given;
  const form = part.querySelector("form");
  for (const button of part.querySelectorAll("[data-verdict]")) {
    button.setAttribute("aria-pressed", String(button.dataset.verdict === verdict));
  }
  part.querySelector(".verdicts").hidden = !draft && Boolean(part.dataset.given);
  const thanks = part.querySelector(".thanks");
  if (thanks) thanks.hidden = Boolean(draft);
  form.hidden = !draft?.verdict;
  if (draft && form.querySelector("textarea").value !== draft.comment) form.querySelector("textarea").value = draft.comment;
};

const begin = (part, verdict) => {
  const before = drafts.get(part.dataset.key);
  drafts.set(part.dataset.key, { verdict, comment: before?.comment ?? part.querySelector("textarea").value });
  show(part);
};

const cancel = (part) => {
  const verdict = drafts.get(part.dataset.key)?.verdict;
  drafts.delete(part.dataset.key);
  part.querySelector("textarea").value = part.querySelector("textarea").defaultValue;
  show(part);
  (part.querySelector(".change") ?? part.querySelector(`[data-verdict="${verdict}"]`)).focus();
};

const send = (part) => {
  const draft = drafts.get(part.dataset.key);
  if (draft?.verdict) trigger("rate", { key: part.dataset.key, ...draft });
};

document.addEventListener("click", (event) => {
  if (event.target.closest("#clear")) drafts.clear();
  const part = event.target.closest("#log .feedback");
  const button = event.target.closest("button");
  if (!part || !button) return;
  if (button.dataset.verdict) {
    begin(part, button.dataset.verdict);
    part.querySelector("textarea").focus({ preventScroll: true });
    part.querySelector("form").scrollIntoView({ block: "nearest" });
  } else if (button.matches(".change")) {
    begin(part, part.dataset.given);
    part.querySelector("[aria-pressed=true]").focus();
  } else if (button.matches(".cancel")) cancel(part);
});
document.addEventListener("submit", (event) => {
  const part = event.target.closest("#log .feedback");
  if (!part) return;
  event.preventDefault();
  send(part);
});
document.addEventListener("input", (event) => {
  const part = event.target.closest("#log .feedback");
  const draft = part && drafts.get(part.dataset.key);
  if (draft) draft.comment = event.target.value;
});
document.addEventListener("keydown", (event) => {
  const part = event.target.closest?.("#log .feedback");
  if (!part || event.isComposing) return;
  if (event.key === "Escape" && drafts.has(part.dataset.key)) cancel(part);
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send(part);
});

watch("value", () => {
  const reply = element.querySelector("[data-key]");
  const part = reply && partOf(reply.dataset.key);
  if (!part) return;
  const stored = reply.querySelector(".thanks");
  if (stored) drafts.delete(reply.dataset.key);
  const fresh = reply.firstElementChild.cloneNode(true);
  if (fresh.matches(".feedback")) part.replaceWith(fresh);
  else part.append(fresh);
  element.querySelector("[data-key]").replaceChildren(); // one element with an id is enough
  if (fresh.matches(".feedback")) show(fresh);
  fresh.querySelector(stored ? ".thanks" : "textarea")?.focus();
});

// The conversation may be drawn after this, so the whole page is watched, though only while something is written.
new MutationObserver(() => {
  if (drafts.size === 0) return;
  for (const part of parts()) if (drafts.has(part.dataset.key) && part.querySelector("form").hidden) show(part);
}).observe(document.body, { childList: true, subtree: true });
