// The totals while invoices are chosen for a payment. Without it, a button adds up.
(() => {
  const form = document.querySelector("form.choose");
  if (!form || !document.getElementById("over")) return;
  const currency = form.dataset.currency, paid = Number(form.dataset.paid);
  const money = new Intl.NumberFormat(document.documentElement.lang === "en" ? "en-GB" : "fr-FR", { style: "currency", currency });
  const unit = 10 ** money.resolvedOptions().maximumFractionDigits;
  const typed = (text) => Math.round(Number(text.replace(/[\s\u202f\u00a0]/g, "").replace(",", ".")) * unit);

  const part = (box) => {
    const said = form.elements[`part-${box.value}`].value.trim();
    if (said) return typed(said) * Math.sign(paid);
    return box.hasAttribute("data-foreign") ? NaN : Number(box.dataset.left);
  };
  const write = (id, minor) => (document.getElementById(id).textContent = Number.isFinite(minor) ? money.format(minor / unit) : "—");
  const add = () => {
    const chosen = [...form.querySelectorAll("input.tick:checked")].reduce((sum, box) => sum + part(box), 0);
    write("chosen", chosen);
    write("over", paid - chosen);
    document.getElementById("over").classList.toggle("wrong", Math.abs(chosen) > Math.abs(paid));
  };
  form.addEventListener("input", add);
  form.querySelector("[data-adds]").hidden = true;
  add();
})();
