// Browsers of our floor (iOS before 16) cannot send a form as its button would: a press of
// the button does the same, of one that nobody sees where no button was named.

HTMLFormElement.prototype.requestSubmit ??= function (submitter) {
  const button = submitter ?? Object.assign(document.createElement("button"), { hidden: true });
  if (!submitter) this.append(button);
  button.click();
  if (!submitter) button.remove();
};
