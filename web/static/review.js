// The review desk by keyboard, and the page that answers to its fields. Everything works without it.
(() => {
  const on = () => { try { return localStorage.getItem("review-keys") !== "off"; } catch { return true; } };
  const help = document.getElementById("keys"), desk = document.querySelector(".desk");
  const rows = [...document.querySelectorAll("[data-rows] [data-row]")];
  const follow = (rel) => document.querySelector(`a[rel=${rel}]`)?.click();
  const pressed = (key) => document.querySelector(`[data-key="${key}"]`);
  const typing = (el) => el.matches("input, select, textarea, [contenteditable]");

  // From row to row, and no further than the ends.
  const step = (by) => {
    const at = rows.indexOf(document.activeElement);
    (rows[Math.min(Math.max(at + by, 0), rows.length - 1)] ?? rows[0])?.focus();
  };

  // A form goes once: a key that is held down confirms nothing twice.
  let gone = false;
  document.addEventListener("submit", (e) => {
    if (e.target.method === "dialog") return;
    if (gone) e.preventDefault();
    gone = true;
  });
  addEventListener("pageshow", () => (gone = false));

  const edit = () => {
    const fields = [...document.querySelectorAll(".read-field")].filter((f) => f.querySelector("input"));
    const doubtful = fields.find((f) => /sure-edge-(doubtful|unsure|unread)/.test(f.className)) ?? fields[0];
    doubtful?.querySelector("input").focus();
  };
  const reject = () => {
    const room = document.getElementById("reject");
    if (!room) return;
    room.open = true;
    room.querySelector("button").focus();
  };
  const acts = {
    j: () => (desk ? follow("next") : step(1)),
    k: () => (desk ? follow("prev") : step(-1)),
    n: () => follow("next"),
    s: () => document.querySelector(".offer:has(:checked) .part-of input, .offer .part-of input")?.focus(),
    e: edit,
    x: reject,
    u: () => pressed("u")?.click(),
    "?": () => help?.showModal(),
  };

  document.addEventListener("keydown", (e) => {
    const here = document.activeElement ?? document.body;
    if (e.key === "Escape" && typing(here) && !help?.open) return here.blur();
    if (!on() || e.repeat || e.ctrlKey || e.altKey || e.metaKey || typing(here) || help?.open) return;
    if (e.key === "Enter" && !here.matches("a, button, summary")) pressed("enter")?.click();
    else if (acts[e.key]) acts[e.key]();
    else return;
    e.preventDefault();
  });

  const switched = document.getElementById("keys-on");
  if (switched) {
    switched.checked = on();
    switched.addEventListener("change", () => localStorage.setItem("review-keys", switched.checked ? "on" : "off"));
    document.querySelector(".keys-hint").hidden = false;
    document.querySelector("[data-keys]").addEventListener("click", () => help.showModal());
  }

  // A field and its place on the page light up together.
  const light = (name) => {
    document.querySelectorAll(".lit").forEach((el) => el.classList.remove("lit"));
    document.querySelectorAll(`[data-box="${name}"], .read-field[data-field="${name}"]`).forEach((el) => el.classList.add("lit"));
  };
  document.querySelectorAll(".read-field[data-field]").forEach((field) => {
    field.addEventListener("focusin", () => light(field.dataset.field));
    field.addEventListener("pointerenter", () => light(field.dataset.field));
  });
  document.querySelectorAll("[data-box]").forEach((box) => {
    box.addEventListener("pointerenter", () => light(box.dataset.box));
    box.addEventListener("click", () => {
      light(box.dataset.box);
      document.getElementById(`field-${box.dataset.box}`)?.focus();
    });
  });
  document.querySelectorAll("a[data-show]").forEach((link) =>
    link.addEventListener("click", (e) => {
      e.preventDefault();
      light(link.dataset.show);
      document.getElementById(`box-${link.dataset.show}`)?.scrollIntoView({ block: "center" });
    }),
  );

  // Teaching: a click takes a word, a drawn frame all the words in it.
  const words = document.querySelector(".words svg");
  if (!words) return;
  const first = document.getElementById("word"), last = document.getElementById("last"), frame = document.getElementById("frame");
  const boxes = [...words.querySelectorAll("[data-word]")];
  const chosen = (picked) => {
    boxes.forEach((box) => box.classList.toggle("lit", picked.includes(box)));
    if (!picked.length) return;
    first.value = picked[0].dataset.word;
    last.value = picked.at(-1).dataset.word;
    const sides = picked.map((b) => [b.x, b.y, b.width, b.height].map((side) => side.baseVal.value));
    frame.value = [
      Math.min(...sides.map((s) => s[0])), Math.min(...sides.map((s) => s[1])),
      Math.max(...sides.map((s) => s[0] + s[2])), Math.max(...sides.map((s) => s[1] + s[3])),
    ].join(" ");
    document.getElementById("spoken").textContent = picked.map((b) => b.dataset.text).join(" ");
  };
  const listed = () => {
    const from = boxes.findIndex((b) => b.dataset.word === first.value);
    const to = boxes.findIndex((b) => b.dataset.word === last.value);
    if (from >= 0) chosen(boxes.slice(from, Math.max(from, to) + 1));
  };
  first.addEventListener("change", () => { last.value = ""; listed(); });
  last.addEventListener("change", listed);

  const at = (e) => new DOMPoint(e.clientX, e.clientY).matrixTransform(words.getScreenCTM().inverse());
  const drawn = words.querySelector(".drawn");
  let from = null;
  words.addEventListener("pointerdown", (e) => { from = at(e); });
  const shape = (e) => {
    const to = at(e);
    return { x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), width: Math.abs(to.x - from.x), height: Math.abs(to.y - from.y) };
  };
  words.addEventListener("pointermove", (e) => {
    if (from) Object.entries(shape(e)).forEach(([side, value]) => drawn.setAttribute(side, value));
  });
  addEventListener("pointerup", (e) => {
    if (!from) return;
    const room = shape(e);
    from = null;
    ["width", "height"].forEach((side) => drawn.setAttribute(side, 0));
    const within = (b) => {
      const x = b.x.baseVal.value + b.width.baseVal.value / 2, y = b.y.baseVal.value + b.height.baseVal.value / 2;
      return x >= room.x && x <= room.x + room.width && y >= room.y && y <= room.y + room.height;
    };
    if (room.width < 3 && room.height < 3) chosen([e.target].filter((el) => el.dataset?.word));
    else chosen(boxes.filter(within));
  });
})();
