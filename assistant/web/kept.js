// Tells the other scripts which questions the conversation holds now.
watch("value", () => {
  const data = element.querySelector("[data-questions]")?.dataset;
  if (!data) return;
  const detail = { name: data.name, turns: Number(data.turns), questions: JSON.parse(data.questions) };
  document.dispatchEvent(new CustomEvent("vlms-kept", { detail }));
});
