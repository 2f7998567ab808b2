// Asks again for what is being calculated, as the button does.

const form = document.querySelector("form[data-again]");
setTimeout(() => (form ? form.submit() : window.location.reload()), 700);
