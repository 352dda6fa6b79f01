// Makes the pages live: they look again while somebody looks, and small helps for typing. Everything works without it.
(() => {
  const seconds = (name, fallback) => (el) => Number(el.dataset[name] || fallback);
  const busy = seconds("every", 60), idle = seconds("idle", 60);

  // A look every few seconds while the page has the focus, seldom while it is only visible, never while it is hidden.
  let last = Date.now();
  setInterval(() => {
    const el = document.querySelector("[data-every]");
    if (!el || document.hidden || document.querySelector("details.menu[open]")) return;
    // What is being typed is left alone.
    if (document.querySelector("[data-ask]")?.value) return;
    const wait = document.hasFocus() ? busy(el) : idle(el);
    if (Date.now() - last < wait * 1000) return;
    last = Date.now();
    htmx.trigger(el, "look");
  }, 500);

  // The time to answer a portal runs down by the second.
  setInterval(() => {
    document.querySelectorAll("[data-until]").forEach((el) => {
      const left = Math.max(0, Math.floor((Date.parse(el.dateTime) - Date.now()) / 1000));
      el.textContent = left < 60 ? `${left} s` : `${Math.floor(left / 60)} min ${left % 60} s`;
    });
  }, 1000);

  // A field that a portal asks for and that was not there a moment ago gets the focus.
  let asking = Boolean(document.querySelector("[data-ask]"));
  document.addEventListener("htmx:after:swap", () => {
    const field = document.querySelector("[data-ask]");
    if (field && !asking) field.focus();
    asking = Boolean(field);
  });

  // Only a change of state is spoken.
  let told = document.querySelector("[data-spoken]")?.dataset.spoken;
  document.addEventListener("htmx:after:swap", () => {
    const now = document.querySelector("[data-spoken]")?.dataset.spoken;
    if (now && now !== told) document.getElementById("spoken").textContent = told = now;
    const asked = document.querySelectorAll(".cards > li").length;
    const icon = document.querySelector("link[rel=icon]");
    if (document.querySelector("h1.sentence")) icon.href = icon.href.replace(/n=\d+/, `n=${asked}`);
  });

  // One menu at a time; a click elsewhere or Escape closes it.
  const close = (except) => document.querySelectorAll("details.menu[open]").forEach((m) => m !== except && (m.open = false));
  document.addEventListener("click", (e) => close(e.target.closest("details.menu")));
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Escape") return;
    const open = document.querySelector("details.menu[open]");
    close();
    open?.querySelector("summary").focus();
  });

  const start = () => {
    document.querySelectorAll("[data-reveal]").forEach((button) => {
      const field = document.getElementById(button.dataset.reveal), show = button.textContent;
      button.hidden = false;
      button.addEventListener("click", () => {
        const hidden = field.type === "password";
        field.type = hidden ? "text" : "password";
        button.textContent = hidden ? button.dataset.hide : show;
      });
    });
    document.querySelectorAll("[data-copy]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", async () => {
        const text = document.getElementById(button.dataset.copy);
        text.select();
        await navigator.clipboard?.writeText(text.value);
        button.textContent = button.dataset.done;
      });
    });
    document.querySelectorAll("[data-strength]").forEach((field) => {
      const meter = document.getElementById(field.dataset.strength);
      meter.hidden = false;
      field.addEventListener("input", () => (meter.value = Math.min(field.value.length, 24)));
    });
  };

  const hint = (field, words) => {
    const place = document.getElementById(`help-${field.name.replace("field-", "")}`);
    if (!place) return;
    place.dataset.said ??= place.textContent;
    place.textContent = words || place.dataset.said;
    place.classList.toggle("warned", Boolean(words));
  };
  document.addEventListener("change", (e) => {
    const field = e.target;
    if (field.dataset?.spaces) hint(field, field.value !== field.value.trim() ? field.dataset.spaces : "");
  });
  document.addEventListener("keyup", (e) => {
    const field = e.target;
    if (field.dataset?.caps && e.getModifierState) hint(field, e.getModifierState("CapsLock") ? field.dataset.caps : "");
  });

  start();
})();
