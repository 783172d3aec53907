// A password in plain, for whoever wants to read what they typed.
for (const button of document.querySelectorAll("[data-reveals]")) {
  const field = document.getElementById(button.dataset.reveals);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shows = field.type === "password";
    field.type = shows ? "text" : "password";
    button.setAttribute("aria-pressed", shows);
  });
  // As a password again before it is sent: browsers remember what was typed into a text field.
  field.form.addEventListener("submit", () => { field.type = "password"; });
}
