// Pages kept for the time without a network are those of whoever was signed in: gone when
// they sign out, and wherever somebody is asked to sign in. What they typed stays, sealed.
const KEPT = "anlan-drafts";
const forget = () => window.caches?.delete(KEPT).catch(() => {});

document.addEventListener("submit", (event) => {
  if (event.target.matches("form[action$='/accounts/logout/']")) forget();
});
if (document.querySelector("form[action*='/accounts/login/']")) forget();
