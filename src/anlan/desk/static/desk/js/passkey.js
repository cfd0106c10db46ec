// Passkeys exist only under a host name in a secure context: an address of numbers
// would offer a button that cannot work. What failed is said as a toast.

const possible = isSecureContext && "PublicKeyCredential" in window && !/^[\d.:[\]]+$/.test(location.hostname);

for (const element of document.querySelectorAll("[data-passkey]")) element.hidden = !possible;

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const text = document.body.dataset.passkeyFailed;
  document.dispatchEvent(new CustomEvent("toast", { detail: { text, tone: "warn" } }));
});
