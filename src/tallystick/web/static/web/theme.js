// Runs in the head, before the first paint, so that a dark page never flashes white.
(() => {
  const choice = localStorage.getItem("theme") || "auto";
  const dark = choice === "dark" || (choice === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
  document.documentElement.dataset.themeChoice = choice;
})();
