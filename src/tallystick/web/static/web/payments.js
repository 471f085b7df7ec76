// Ticking what a payment pays: amounts fill themselves, and what is left of the payment is said.
(() => {
  "use strict";
  const table = document.querySelector("[data-open-entries]");
  if (!table) return;
  const paid = document.querySelector("[data-payment-amount]");
  const left = document.querySelector("[data-payment-left]");
  const boxes = [...table.querySelectorAll("input[type=checkbox]")];
  const amountOf = (box) => box.closest("tr").querySelector(".apply-amount");
  const number = (text) => (text.trim() === "" ? 0 : Number(text));
  // Amounts have at most three decimal places, and whole thousandths add up exactly.
  const thousandths = (text) => Math.round(number(text) * 1000);
  const plain = (count) => (count / 1000).toFixed(3).replace(/0$/, "");
  let typedAmount = paid ? paid.value.trim() !== "" : false;

  const takenBy = (box) => thousandths(amountOf(box).value || box.dataset.remaining);
  const taken = () => boxes.filter((box) => box.checked).reduce((sum, box) => sum + takenBy(box), 0);

  function tell() {
    if (!paid || !left) return;
    const rest = thousandths(paid.value) - taken();
    left.textContent = boxes.some((box) => box.checked) ? `${plain(rest)} stays on account` : "";
  }

  boxes.forEach((box) => box.addEventListener("change", () => {
    const amount = amountOf(box);
    if (!box.checked) amount.value = "";
    else if (typedAmount && paid) {
      const rest = thousandths(paid.value) - (taken() - takenBy(box));
      const whole = thousandths(box.dataset.remaining);
      amount.value = rest < whole && rest > 0 ? plain(rest) : "";
    }
    if (paid && !typedAmount) paid.value = taken() ? plain(taken()) : "";
    tell();
  }));
  table.addEventListener("input", (event) => {
    if (!event.target.matches(".apply-amount")) return;
    const box = event.target.closest("tr").querySelector("input[type=checkbox]");
    box.checked = event.target.value.trim() !== "" || box.checked;
    if (paid && !typedAmount) paid.value = taken() ? plain(taken()) : "";
    tell();
  });
  paid?.addEventListener("input", () => {
    typedAmount = paid.value.trim() !== "";
    tell();
  });
  tell();
})();
