// The tab Overview: fetched when it is first shown to a reader; topics are jumped to, quotes opened.
const gentle = () => (window.matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");

const jump = (name) => {
  const target = document.getElementById(name);
  target.scrollIntoView({ block: "start", behavior: gentle() });
  target.focus({ preventScroll: true });
};

// What is scrolled or tabbed to must not end up under the list of topics, whose height depends on the width.
const heights = new ResizeObserver(([change]) => {
  element.closest("#panel-overview").style.setProperty("--jumps", `${change.target.offsetHeight}px`);
});

// The topic in view is the current one in the list.
let seen = null;
const follow = () => {
  seen?.disconnect();
  seen = new IntersectionObserver(
    (changes) => {
      const entered = changes.find((change) => change.isIntersecting);
      if (!entered) return;
      for (const button of element.querySelectorAll("[data-jump]")) {
        if (button.dataset.jump === entered.target.getAttribute("aria-labelledby")) button.setAttribute("aria-current", "true");
        else button.removeAttribute("aria-current");
      }
    },
    { rootMargin: "-33% 0px -66% 0px" }, // a line a third down the window
  );
  for (const subject of element.querySelectorAll(".subject")) seen.observe(subject);
  const topics = element.querySelector(".jumps");
  if (topics) heights.observe(topics);
};

let reader = null; // whom it was fetched for
const fetchOnce = () => {
  const { audience } = document.documentElement.dataset;
  if (document.querySelector("#columns").dataset.tab !== "overview" || reader === audience) return;
  reader = audience;
  trigger("show", { audience });
};
document.addEventListener("vlms-tab", fetchOnce);
document.addEventListener("vlms-reader", fetchOnce);

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.jump) jump(button.dataset.jump);
  else if (button.matches(".cite")) {
    window.vlmsOpener = button;
    trigger("open", { ...button.dataset });
  }
});

watch("value", follow);
