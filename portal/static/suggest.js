/* Suggestions under the search box, as a combobox that goes on without them: arrows choose, Enter takes, Escape closes.
   Nothing is sent but what stands in the box, to where the page came from. */
"use strict";
(() => {
  const box = document.querySelector("input[data-suggest]");
  if (!box) return;
  const list = document.createElement("ul");
  list.id = "suggestions";
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.dataset.label);
  box.after(list);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]])
    box.setAttribute(name, value);
  let asked = "", timer = 0, chosen = -1;

  const close = () => {
    list.hidden = true;
    chosen = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const choose = (place) => {
    const rows = list.children;
    if (chosen >= 0) rows[chosen].setAttribute("aria-selected", "false");
    chosen = (place + rows.length + 1) % (rows.length + 1);
    if (chosen === rows.length) chosen = -1;
    if (chosen < 0) return box.removeAttribute("aria-activedescendant");
    rows[chosen].setAttribute("aria-selected", "true");
    rows[chosen].scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", rows[chosen].id);
  };
  const row = (each, place) => {
    const item = document.createElement("li");
    item.id = "suggestion-" + place;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const text = document.createElement("span");
    text.textContent = each.text;
    const kind = document.createElement("span");
    kind.className = "kind";
    kind.textContent = each.label;
    item.append(text, kind);
    item.addEventListener("mousedown", (event) => { event.preventDefault(); location.assign(each.html); });
    item.dataset.url = each.html;
    return item;
  };
  const show = (found) => {
    close();
    list.replaceChildren(...found.map(row));
    if (!found.length) return;
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
  };
  const ask = async () => {
    const typed = box.value;
    if (typed === asked) return;
    asked = typed;
    if (!typed.trim()) return show([]);
    const query = new URLSearchParams({ q: typed, lang: document.documentElement.lang });
    try {
      const answer = await fetch(box.dataset.suggest + "?" + query);
      if (answer.ok && chosen < 0 && box.value === typed && document.activeElement === box) show((await answer.json()).suggestions);
    } catch { close(); } /* without an answer the box is a box */
  };
  box.addEventListener("input", () => { choose(-1); clearTimeout(timer); timer = setTimeout(ask, 80); });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen < 0 ? list.children.length - 1 : chosen - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && chosen >= 0) location.assign(list.children[chosen].dataset.url);
    else return;
    event.preventDefault();
  });
})();
